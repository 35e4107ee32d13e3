// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.trapezoid.sip.header.NameAddr;

/** What happens to an initial request next. Immutable. */
public sealed interface Decision {

    /** Calls the function of this decision's kind. */
    <T> T fold(Function<ToApplication, T> toApplication, Function<SendOut, T> sendOut, Function<Reject, T> reject);

    /** The application gets it. A route the router chose inside this container is what the application sees as popped. */
    record ToApplication(String application, RoutingState state, Optional<NameAddr> poppedRoute) implements Decision {
        @Override
        public <T> T fold(
                Function<ToApplication, T> toApplication, Function<SendOut, T> sendOut, Function<Reject, T> reject) {
            return toApplication.apply(this);
        }
    }

    /**
     * It leaves the container, with these routes pushed, topmost first. If {@code back} is present, a route to this container
     * that carries the state goes under them.
     */
    record SendOut(List<NameAddr> routes, Optional<RoutingState> back) implements Decision {
        @Override
        public <T> T fold(
                Function<ToApplication, T> toApplication, Function<SendOut, T> sendOut, Function<Reject, T> reject) {
            return sendOut.apply(this);
        }
    }

    /** It is answered with this status. */
    record Reject(int status, String reason) implements Decision {
        @Override
        public <T> T fold(
                Function<ToApplication, T> toApplication, Function<SendOut, T> sendOut, Function<Reject, T> reject) {
            return reject.apply(this);
        }
    }
}
