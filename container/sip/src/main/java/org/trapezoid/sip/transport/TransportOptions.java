// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.util.List;
import org.trapezoid.sip.uri.HostPort;

/**
 * Settings of the transport layer. Immutable.
 *
 * @param aliases further names of this server; one without a port stands for every listener
 * @param honourMaddr whether responses follow a {@code maddr} of the top Via (RFC 3261 §18.2.2); it lets a peer choose
 *     where our packets go
 * @param symmetric whether every response over UDP goes to where its request came from, as if its Via had {@code rport}
 *     (RFC 3581 §4); against RFC 3261 §18.2.2, for clients behind a NAT that do not ask for it
 */
public record TransportOptions(List<HostPort> aliases, boolean honourMaddr, boolean symmetric) {
    public static final TransportOptions DEFAULT = new TransportOptions(List.of(), false);

    public TransportOptions(List<HostPort> aliases, boolean honourMaddr) {
        this(aliases, honourMaddr, false);
    }

    public TransportOptions withSymmetric(boolean on) {
        return new TransportOptions(aliases, honourMaddr, on);
    }

    public TransportOptions {
        aliases = List.copyOf(aliases);
    }
}
