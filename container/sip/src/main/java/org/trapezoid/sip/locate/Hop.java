// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.net.InetSocketAddress;
import org.trapezoid.sip.transport.Protocol;

/**
 * Where and how to send a request, RFC 3263 §4.
 *
 * @param domain the host that was looked for, as the URI names it: what NAPTR and SRV made of it has no say in whom a
 *     certificate must name (RFC 5922 §5)
 */
public record Hop(Protocol protocol, InetSocketAddress address, String domain) {

    public Hop {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("hop " + address + " must have an address");
        }
    }

    /** A hop that was named by its address. */
    public Hop(Protocol protocol, InetSocketAddress address) {
        this(protocol, address, address.getHostString());
    }

    @Override
    public String toString() {
        return protocol + " " + address + " of " + domain;
    }
}
