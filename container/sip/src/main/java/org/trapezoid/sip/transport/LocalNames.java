// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.trapezoid.sip.uri.HostPort;

/** The names under which a set of listeners is reached: advertised, bound and configured ones. Immutable. */
final class LocalNames {
    private record Name(Protocol protocol, String host, int port) {}

    private final Name[] names;
    private final String[] domains;

    /** @param aliases further names; one without a port stands for every listener */
    LocalNames(List<Listener> listeners, List<HostPort> aliases) {
        List<Name> all = new ArrayList<>();
        List<String> portless = new ArrayList<>();
        for (HostPort alias : aliases) {
            if (alias.port() == HostPort.NO_PORT) {
                portless.add(alias.host());
            }
        }
        for (Listener listener : listeners) {
            addNames(listener, aliases, all);
        }
        this.names = all.stream().distinct().toArray(Name[]::new);
        this.domains = portless.toArray(String[]::new);
    }

    private LocalNames(Name[] names) {
        this.names = names;
        this.domains = new String[0];
    }

    static LocalNames advertised(Collection<AdvertisedName> advertised) {
        return new LocalNames(advertised.stream()
                .map(each -> new Name(
                        each.protocol(),
                        each.address().host(),
                        each.address().portOr(each.protocol().defaultPort())))
                .distinct()
                .toArray(Name[]::new));
    }

    private static void addNames(Listener listener, List<HostPort> aliases, List<Name> all) {
        Protocol protocol = listener.protocol();
        int bound = listener.bound().getPort();
        HostPort advertised = listener.advertised();
        all.add(new Name(protocol, advertised.host(), advertised.portOr(protocol.defaultPort())));
        for (String host : boundHosts(listener.bound().getAddress())) {
            all.add(new Name(protocol, host, bound));
        }
        for (HostPort alias : aliases) {
            all.add(new Name(protocol, alias.host(), alias.portOr(bound)));
            if (alias.port() == HostPort.NO_PORT) {
                all.add(new Name(protocol, alias.host(), advertised.portOr(bound)));
            }
        }
    }

    private static List<String> boundHosts(InetAddress bound) {
        List<String> hosts = new ArrayList<>();
        if (bound.isAnyLocalAddress()) {
            LocalAddresses.all().forEach(address -> hosts.add(LocalAddresses.literal(address)));
        } else {
            hosts.add(LocalAddresses.literal(bound));
        }
        if (bound.isAnyLocalAddress() || bound.isLoopbackAddress()) {
            hosts.add("localhost");
        }
        return hosts;
    }

    boolean isEmpty() {
        return names.length == 0 && domains.length == 0;
    }

    /** Host and port and transport, RFC 3261 §16.4, §18.1.2; no port means the transport's default one. */
    boolean contains(HostPort hostPort, Protocol protocol) {
        String host = hostPort.host();
        int port = hostPort.portOr(protocol.defaultPort());
        for (Name name : names) {
            if (name.port == port && name.protocol == protocol && HostPort.sameHost(name.host, host)) {
                return true;
            }
        }
        return hostPort.port() == HostPort.NO_PORT && isDomain(host);
    }

    private boolean isDomain(String host) {
        for (String domain : domains) {
            if (HostPort.sameHost(domain, host)) {
                return true;
            }
        }
        return false;
    }
}
