// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.trapezoid.sip.uri.HostPort;

/**
 * What a listener is told to bind, and to advertise in Via, Contact and Record-Route. An advertised host without a port
 * takes the bound port. Immutable.
 */
public record Binding(InetSocketAddress address, HostPort advertised) {

    public Binding {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("cannot bind " + address + "; it is not an address of this host");
        }
    }

    /** Advertises the bound address; a wildcard one is advertised as the first address of this host that others reach. */
    public static Binding of(InetSocketAddress address) {
        InetAddress host = address.getAddress();
        InetAddress named = host != null && host.isAnyLocalAddress() ? LocalAddresses.reachable(host) : host;
        return new Binding(address, new HostPort(LocalAddresses.literal(named), HostPort.NO_PORT));
    }

    /** The listening point that came of it. */
    public Listener listener(Protocol protocol, InetSocketAddress bound) {
        return new Listener(protocol, bound, new HostPort(advertised.host(), advertised.portOr(bound.getPort())));
    }
}
