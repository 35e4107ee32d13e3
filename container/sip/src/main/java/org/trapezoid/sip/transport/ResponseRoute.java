// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.uri.HostPort;

/** Where a response goes by its top Via, RFC 3261 §18.2.2 and RFC 3581 §4. Stateless. */
final class ResponseRoute {
    private final boolean honourMaddr;

    ResponseRoute(boolean honourMaddr) {
        this.honourMaddr = honourMaddr;
    }

    /** Over an unreliable flow: its peer's address, with the port the Via asks for. */
    InetSocketAddress unreliable(Via via, InetSocketAddress source) {
        Optional<InetSocketAddress> maddr = maddr(via);
        if (maddr.isPresent()) {
            return maddr.get();
        }
        if (via.parameters().has("rport")) {
            return source;
        }
        int port = sentByPort(via);
        return port == source.getPort() ? source : new InetSocketAddress(source.getAddress(), port);
    }

    /** Over a connection that is gone: the address it came from, with the port of sent-by. */
    InetSocketAddress reconnect(Via via, InetSocketAddress source) {
        return new InetSocketAddress(source.getAddress(), sentByPort(via));
    }

    /** Without a flow: maddr, then received with rport, then received or sent-by with the port of sent-by. */
    Optional<InetSocketAddress> stateless(Via via) {
        Optional<InetSocketAddress> maddr = maddr(via);
        if (maddr.isPresent()) {
            return maddr;
        }
        int port = via.rport();
        return host(via).map(address -> new InetSocketAddress(address, port > 0 ? port : sentByPort(via)));
    }

    /** The address a new connection to the sender would have, for a response without a flow. */
    Optional<InetSocketAddress> statelessReconnect(Via via) {
        return host(via).map(address -> new InetSocketAddress(address, sentByPort(via)));
    }

    private static Optional<InetAddress> host(Via via) {
        return Literals.address(via.received().orElse(via.sentBy().host()));
    }

    private Optional<InetSocketAddress> maddr(Via via) {
        if (!honourMaddr) {
            return Optional.empty();
        }
        return via.maddr()
                .flatMap(Literals::address)
                .map(address -> new InetSocketAddress(address, sentByPort(via)))
                .filter(Literals::isReachable);
    }

    private static int sentByPort(Via via) {
        HostPort sentBy = via.sentBy();
        return sentBy.portOr(Protocol.of(via.transport()).orElse(Protocol.UDP).defaultPort());
    }
}
