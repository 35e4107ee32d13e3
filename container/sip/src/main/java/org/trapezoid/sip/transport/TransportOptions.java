// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.util.List;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.HostPort;

/**
 * Settings of the transport layer. Immutable.
 *
 * @param aliases further names of this server; one without a port stands for every listener
 * @param honourMaddr whether responses follow a {@code maddr} of the top Via (RFC 3261 §18.2.2); it lets a peer choose
 *     where our packets go
 * @param symmetric whether every response over UDP goes to where its request came from, as if its Via had {@code rport}
 *     (RFC 3581 §4); against RFC 3261 §18.2.2, for clients behind a NAT that do not ask for it
 * @param forbidden networks to which nothing is sent on behalf of messages that came to an address outside them
 */
public record TransportOptions(
        List<HostPort> aliases, boolean honourMaddr, boolean symmetric, ForbiddenRanges forbidden) {
    public static final TransportOptions DEFAULT = new TransportOptions(List.of(), false);

    public TransportOptions {
        aliases = List.copyOf(aliases);
    }

    /** Options under which nothing is forbidden, and responses go where RFC 3261 says. */
    public TransportOptions(List<HostPort> aliases, boolean honourMaddr) {
        this(aliases, honourMaddr, false, ForbiddenRanges.NONE);
    }

    public TransportOptions withSymmetric(boolean on) {
        return new TransportOptions(aliases, honourMaddr, on, forbidden);
    }

    public TransportOptions withForbidden(ForbiddenRanges ranges) {
        return new TransportOptions(aliases, honourMaddr, symmetric, ranges);
    }
}
