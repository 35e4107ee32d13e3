// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.transport.Flow;

/**
 * How a request came in.
 *
 * @param initial whether it went through application selection
 * @param poppedRoute the Route value that pointed here, if any
 * @param onward the route to the client that a request inside a proxied call is for, if its flow leads there
 */
public record Incoming(
        Flow flow, boolean initial, RoutingState routing, Optional<NameAddr> poppedRoute, Optional<String> onward) {

    public Incoming(Flow flow, boolean initial, RoutingState routing, Optional<NameAddr> poppedRoute) {
        this(flow, initial, routing, poppedRoute, Optional.empty());
    }
}
