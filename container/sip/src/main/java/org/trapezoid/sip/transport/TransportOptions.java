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
 */
public record TransportOptions(List<HostPort> aliases, boolean honourMaddr) {
    public static final TransportOptions DEFAULT = new TransportOptions(List.of(), false);

    public TransportOptions {
        aliases = List.copyOf(aliases);
    }
}
