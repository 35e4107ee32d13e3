// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.transport.Flow;

/**
 * How a request came in.
 *
 * @param initial whether it went through application selection
 * @param poppedRoute the Route value that pointed here, if any
 * @param onward the route to the client that a request inside a proxied call is for, if its flow leads there
 * @param sender who sent it, if the application's constraints had that proven
 */
public record Incoming(
        Flow flow,
        boolean initial,
        RoutingState routing,
        Optional<NameAddr> poppedRoute,
        Optional<String> onward,
        Optional<Identity> sender) {

    public Incoming(
            Flow flow, boolean initial, RoutingState routing, Optional<NameAddr> poppedRoute, Optional<String> onward) {
        this(flow, initial, routing, poppedRoute, onward, Optional.empty());
    }

    public Incoming(Flow flow, boolean initial, RoutingState routing, Optional<NameAddr> poppedRoute) {
        this(flow, initial, routing, poppedRoute, Optional.empty());
    }

    /** The same to a client that another route leads to. */
    Incoming onward(Optional<String> route) {
        return new Incoming(flow, initial, routing, poppedRoute, route, sender);
    }

    /** The same from a sender who was proven. */
    public Incoming from(Optional<Identity> proven) {
        return new Incoming(flow, initial, routing, poppedRoute, onward, proven);
    }
}
