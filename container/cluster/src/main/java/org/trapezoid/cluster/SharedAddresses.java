// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.config.MapConfig;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.map.IMap;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.transport.AdvertisedName;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.uri.HostPort;

/**
 * What the nodes advertise, so that each takes what is meant for another one for the cluster's. Known beyond the death of a node: who takes
 * its sessions over is addressed as that node was. Thread-safe.
 */
public final class SharedAddresses implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SharedAddresses.class);
    private static final String MAP = "trapezoid-addresses";
    private static final String HTTP = "http ";
    private static final int BACKUPS = 6; // as many as there may be

    private final ClusterNode node;
    private final TransportLayer transports;
    private final IMap<String, String> map;
    private final Map<String, Advertised> others = new ConcurrentHashMap<>();
    private final Set<AdvertisedName> known = ConcurrentHashMap.newKeySet(); // of this node too
    private final Runnable watcher = this::tell;
    private final Runnable meetings = this::meet;
    private volatile Optional<HostPort> http = Optional.empty();
    private volatile String told = "";

    /** The names of one node, with its last incarnation, and where it serves HTTP. Its text form has a line for each. */
    private record Advertised(String incarnation, List<AdvertisedName> names, Optional<HostPort> http) {
        boolean has(HostPort address, Protocol protocol) {
            return names.stream()
                    .anyMatch(name -> name.protocol() == protocol
                            && name.address().portOr(protocol.defaultPort()) == address.portOr(protocol.defaultPort())
                            && HostPort.sameHost(name.address().host(), address.host()));
        }

        String format() {
            StringBuilder text = new StringBuilder(incarnation);
            names.forEach(name -> text.append('\n').append(name));
            http.ifPresent(address -> text.append('\n').append(HTTP).append(address));
            return text.toString();
        }

        static Advertised parse(String text) {
            String[] lines = text.split("\n", -1);
            List<AdvertisedName> names = new ArrayList<>();
            Optional<HostPort> http = Optional.empty();
            for (int i = 1; i < lines.length; i++) {
                if (lines[i].startsWith(HTTP)) {
                    http = Optional.of(HostPort.parse(lines[i].substring(HTTP.length())));
                } else {
                    AdvertisedName.parse(lines[i]).ifPresent(names::add); // a later version may tell more
                }
            }
            return new Advertised(lines[0], names, http);
        }
    }

    /** Learns what the others have told. */
    public SharedAddresses(ClusterNode node, TransportLayer transports) {
        this.node = node;
        this.transports = transports;
        this.map = node.hazelcast().getMap(MAP);
        UUID unused = map.addEntryListener(new Changes(), true); // for as long as this node is one
        map.forEach(this::learn);
        node.membership().onRemoved(watcher);
        node.membership().onMet(meetings);
    }

    static MapConfig map() {
        return new MapConfig(MAP).setBackupCount(BACKUPS);
    }

    /** Tells the others what the listeners of this node advertise that are open; again whenever one has been opened or closed. */
    public void publish() {
        List<AdvertisedName> names =
                transports.listeners().stream().map(AdvertisedName::of).toList();
        share(names); // a listener closes when its address moves to another node, with the calls that it is part of
        told = new Advertised(node.incarnation(), names, http).format();
        tell();
    }

    /** What was ever an address of a node stays one of the cluster: peers have it in the routes of their calls. */
    private void share(List<AdvertisedName> names) {
        known.addAll(names);
        List<AdvertisedName> all;
        do { // another thread may add some
            all = List.copyOf(known);
            transports.shareNames(all);
        } while (all.size() < known.size());
    }

    /** The same with where it serves HTTP without TLS. */
    public void publish(HostPort httpAddress) {
        http = Optional.of(httpAddress);
        publish();
    }

    /** Again when a member is gone: it may have been the one that kept it. */
    private void tell() {
        String text = told;
        if (!text.isEmpty()) {
            try {
                map.setAsync(node.name(), text).whenComplete((done, failure) -> {
                    if (failure != null && node.isRunning()) {
                        log.warn("the other nodes do not know the addresses of this one", failure);
                    }
                });
            } catch (RuntimeException stopped) {
                log.debug("not told", stopped);
            }
        }
    }

    /** With nodes that were started apart: neither has heard what the other one has told. */
    private void meet() {
        tell();
        for (String name : node.members()) {
            try {
                map.getAsync(name).thenAccept(text -> {
                    if (text != null) {
                        learnUnlessKnown(name, text);
                    }
                });
            } catch (RuntimeException stopped) {
                log.debug("not asked for its addresses", stopped);
            }
        }
    }

    /** It was read, and may be older than what was told meanwhile. */
    private void learnUnlessKnown(String name, String text) {
        Advertised present = others.get(name);
        if (present == null || !node.membership().isMember(present.incarnation())) {
            learn(name, text);
        }
    }

    private void learn(String name, String text) {
        if (!name.equals(node.name())) {
            Advertised advertised = Advertised.parse(text);
            others.put(name, advertised);
            share(advertised.names());
        }
    }

    /** The incarnation of the other node that advertises this, if it is a member. */
    public Optional<String> nodeOf(HostPort address, Protocol protocol) {
        return others.values().stream()
                .filter(other -> other.has(address, protocol))
                .map(Advertised::incarnation)
                .filter(node.membership()::isMember)
                .findFirst();
    }

    /** Where a node serves HTTP. */
    public Optional<HostPort> httpOf(String incarnation) {
        return others.values().stream()
                .filter(other -> other.incarnation().equals(incarnation))
                .flatMap(other -> other.http().stream())
                .findFirst();
    }

    @Override
    public void close() {
        node.membership().forget(watcher);
        node.membership().forget(meetings);
    }

    private final class Changes implements EntryAddedListener<String, String>, EntryUpdatedListener<String, String> {
        @Override
        public void entryAdded(EntryEvent<String, String> event) {
            learn(event.getKey(), event.getValue());
        }

        @Override
        public void entryUpdated(EntryEvent<String, String> event) {
            learn(event.getKey(), event.getValue());
        }
    }
}
