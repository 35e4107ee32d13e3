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
 * @param forbidden networks to which nothing is sent on behalf of messages that came to an address outside them
 */
public record TransportOptions(List<HostPort> aliases, boolean honourMaddr, ForbiddenRanges forbidden) {
    public static final TransportOptions DEFAULT = new TransportOptions(List.of(), false);

    public TransportOptions {
        aliases = List.copyOf(aliases);
    }

    /** Options under which nothing is forbidden. */
    public TransportOptions(List<HostPort> aliases, boolean honourMaddr) {
        this(aliases, honourMaddr, ForbiddenRanges.NONE);
    }
}
