// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.util.Optional;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.transport.Flow;

/** Where an initial request comes from: a peer over a flow, or an application of this container. Immutable. */
public record Origin(Optional<Flow> flow, Optional<Target> target, Optional<NameAddr> poppedRoute) {

    /** An application sends the request. */
    public static final Origin APPLICATION = new Origin(Optional.empty(), Optional.empty(), Optional.empty());

    /** The request of a peer. */
    public static Origin peer(Flow flow) {
        return peer(flow, Optional.empty());
    }

    /** The request of a peer that had a Route to us on top. */
    public static Origin peer(Flow flow, Optional<NameAddr> poppedRoute) {
        return new Origin(Optional.of(flow), Optional.empty(), poppedRoute);
    }

    /** The same origin, for a request that names a session an application already has (JSR 289 §15.11). */
    public Origin targeting(Target target) {
        return new Origin(flow, Optional.of(target), poppedRoute);
    }

    /** True for a request that did not come from the network. */
    public boolean isInternal() {
        return flow.isEmpty();
    }

    /** The application whose session a request names, and how it names it. */
    public record Target(Kind kind, String application) {
        /** Header or URI parameter that names the session. */
        public enum Kind {
            JOIN,
            REPLACES,
            ENCODED_URI
        }
    }
}
