// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.io.Serializable;
import java.util.Optional;
import org.trapezoid.sip.uri.Uri;

/**
 * Where a chain of applications stands (JSR 289 §15.4): what the router said when it chose the last application, and how
 * the request it sends now is to be routed. Immutable.
 *
 * @param arrival how the request came to this server, before the first application of the chain (JSR 289 §5.5)
 */
public record RoutingState(
        Directive directive,
        Optional<Region> region,
        Optional<Serializable> stateInfo,
        Optional<Uri> subscriber,
        Optional<String> application,
        Origin arrival) {

    /** A request from the network, or one an application starts afresh. */
    public static final RoutingState NEW = new RoutingState(
            Directive.NEW, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Origin.APPLICATION);

    /** What the chosen application's requests continue from. */
    static RoutingState chosen(Selection selection, Origin arrival) {
        return new RoutingState(
                Directive.CONTINUE,
                selection.region(),
                selection.stateInfo(),
                selection.subscriber(),
                selection.application(),
                arrival);
    }

    /** The state of a request for which the application gave a directive of its own. */
    public RoutingState with(Directive directive) {
        return directive == Directive.NEW
                ? NEW
                : new RoutingState(directive, region, stateInfo, subscriber, application, arrival);
    }
}
