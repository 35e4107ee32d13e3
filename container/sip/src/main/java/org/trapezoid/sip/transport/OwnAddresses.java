// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The addresses at which a set of listeners would receive what they send themselves. Immutable. */
final class OwnAddresses {
    private final Map<Protocol, Set<InetSocketAddress>> addresses = new EnumMap<>(Protocol.class);
    private final Map<Protocol, Set<Integer>> wildcardPorts = new EnumMap<>(Protocol.class);

    OwnAddresses(List<Listener> listeners) {
        for (Listener listener : listeners) {
            add(listener);
        }
    }

    private void add(Listener listener) {
        Set<InetSocketAddress> own = addresses.computeIfAbsent(listener.protocol(), protocol -> new HashSet<>());
        InetSocketAddress bound = listener.bound();
        own.add(bound);
        if (bound.getAddress().isAnyLocalAddress()) {
            wildcardPorts
                    .computeIfAbsent(listener.protocol(), protocol -> new HashSet<>())
                    .add(bound.getPort());
            for (InetAddress address : LocalAddresses.all()) {
                own.add(new InetSocketAddress(address, bound.getPort()));
            }
        }
        int advertisedPort = listener.advertised().portOr(listener.protocol().defaultPort());
        Literals.address(listener.advertised().host())
                .ifPresent(address -> own.add(new InetSocketAddress(address, advertisedPort)));
    }

    /** Whether a listener of ours is there; behind a wildcard every loopback address is one. */
    boolean contains(Protocol protocol, InetSocketAddress peer) {
        Set<InetSocketAddress> own = addresses.get(protocol);
        if (own == null) {
            return false;
        }
        if (own.contains(peer)) {
            return true;
        }
        Set<Integer> ports = wildcardPorts.get(protocol);
        return ports != null && peer.getAddress().isLoopbackAddress() && ports.contains(peer.getPort());
    }
}
