// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.trapezoid.sip.header.NameAddr;

/**
 * How a message came to this server, while it passes several applications inside (JSR 289 §5.5). It is in no byte of the message and
 * ends with it when it leaves. An immutable value.
 *
 * @param peer who sent it
 * @param transport as in Via
 * @param poppedRoute the Route value that led a request here
 */
public record Arrival(InetSocketAddress peer, String transport, Optional<NameAddr> poppedRoute) {

    /** The same with another Route value. */
    public Arrival with(Optional<NameAddr> route) {
        return new Arrival(peer, transport, route);
    }
}
