// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.net.InetSocketAddress;
import org.trapezoid.sip.transport.Protocol;

/** Where and how to send a request, RFC 3263 §4. */
public record Hop(Protocol protocol, InetSocketAddress address) {

    public Hop {
        if (address.isUnresolved()) {
            throw new IllegalArgumentException("hop " + address + " must have an address");
        }
    }
}
