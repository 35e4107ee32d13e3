// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.trapezoid.sip.transport.Literals;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** RFC 3263 without DNS: numeric addresses, static routes, localhost and the hosts file. Thread-safe. */
public final class StaticLocator implements ServerLocator {
    private static final List<InetAddress> LOOPBACK = List.of(
            Literals.address("127.0.0.1").orElseThrow(), Literals.address("::1").orElseThrow());

    private final Map<String, StaticRoute> domains = new HashMap<>();
    private final List<StaticRoute> suffixes = new ArrayList<>();
    private final HostsFile hosts;

    /**
     * A locator that knows {@code routes} and the hosts file at {@code hosts}.
     *
     * @param clock limits how often the file is looked at
     */
    public StaticLocator(List<StaticRoute> routes, Path hosts, InstantSource clock) {
        for (StaticRoute route : routes) {
            if (route.isSuffix()) {
                suffixes.add(route);
            } else {
                domains.put(route.domain().toLowerCase(Locale.ROOT), route);
            }
        }
        suffixes.sort(Comparator.comparing((StaticRoute route) -> route.domain().length())
                .reversed());
        this.hosts = new HostsFile(hosts, clock);
    }

    @Override
    public CompletionStage<List<Hop>> locate(Uri nextHop) {
        return CompletableFuture.completedFuture(target(nextHop)
                .map(target -> hops(target, known(target.host())))
                .orElse(List.of()));
    }

    /** What to look for, after the static routes; empty when no SIP server is asked for that we could talk to. */
    Optional<Target> target(Uri nextHop) {
        if (!(nextHop instanceof SipUri uri)) {
            return Optional.empty();
        }
        String host = uri.maddr().orElse(uri.host());
        Optional<StaticRoute> route =
                Literals.address(host).isPresent() ? Optional.empty() : route(host.toLowerCase(Locale.ROOT));
        if (route.isEmpty()) {
            return Target.of(uri, uri.secure(), uri.host());
        }
        SipUri to = route.get().target();
        boolean named = Literals.address(to.host()).isEmpty();
        return Target.of(to, uri.secure() || to.secure(), named ? to.host() : uri.host());
    }

    private Optional<StaticRoute> route(String domain) {
        StaticRoute exact = domains.get(domain);
        if (exact != null) {
            return Optional.of(exact);
        }
        for (StaticRoute route : suffixes) {
            if (domain.endsWith(route.domain().toLowerCase(Locale.ROOT))) {
                return Optional.of(route);
            }
        }
        return Optional.empty();
    }

    /** The addresses of a literal or of a name in the hosts file. */
    List<InetAddress> known(String host) {
        Optional<InetAddress> literal = Literals.address(host);
        if (literal.isPresent()) {
            return List.of(literal.get());
        }
        List<InetAddress> known = hosts.addresses(host);
        return known.isEmpty() && host.equalsIgnoreCase("localhost") ? LOOPBACK : known;
    }

    static List<Hop> hops(Target target, List<InetAddress> addresses) {
        Protocol protocol = target.protocol();
        int port = target.hasPort() ? target.port() : protocol.defaultPort();
        List<Hop> hops = new ArrayList<>(addresses.size());
        for (InetAddress address : addresses) {
            hops.add(new Hop(protocol, new InetSocketAddress(address, port), target.domain()));
        }
        return hops;
    }
}
