// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.Uri;

/** The procedure of JSR 289 §15.4.1 around an application router: one request and a state in, one decision out. Thread-safe. */
public final class ApplicationChain {
    private static final Logger log = LoggerFactory.getLogger(ApplicationChain.class);

    private final ApplicationSelector selector;
    private final Predicate<Uri> isOwn;
    private final Predicate<String> isDeployed;

    /**
     * @param isOwn true for a URI that leads back to this container
     * @param isDeployed true for the name of an application that runs
     */
    public ApplicationChain(ApplicationSelector selector, Predicate<Uri> isOwn, Predicate<String> isDeployed) {
        this.selector = selector;
        this.isOwn = isOwn;
        this.isDeployed = isDeployed;
    }

    /** What happens to the request, our own Route already taken off. */
    public Decision next(Request request, Origin origin, RoutingState state) {
        Selection selection;
        try {
            selection = selector.next(request, origin, state);
        } catch (UndecidedException undecided) {
            log.debug("{} {}: {}", request.method().name(), request.callId(), undecided.reason());
            return new Decision.Reject(undecided.status(), undecided.reason());
        } catch (RuntimeException failure) {
            log.warn("application router failed for {} {}", request.method().name(), request.callId(), failure);
            return new Decision.Reject(500, "Application Router Error");
        }
        Origin arrival = origin.isInternal() ? state.arrival() : origin;
        return switch (selection.modifier()) {
            case NO_ROUTE -> applicationOrOut(request, selection, arrival, Optional.empty());
            case ROUTE -> route(request, selection, arrival);
            case ROUTE_FINAL -> out(selection, Optional.empty());
            case ROUTE_BACK -> out(selection, Optional.of(RoutingState.chosen(selection, arrival)));
        };
    }

    private Decision route(Request request, Selection selection, Origin arrival) {
        if (selection.routes().isEmpty()) {
            return noRoutes(selection);
        }
        NameAddr first = selection.routes().get(0);
        return isOwn.test(first.uri())
                ? applicationOrOut(request, selection, arrival, Optional.of(first))
                : out(selection, Optional.empty());
    }

    private Decision out(Selection selection, Optional<RoutingState> back) {
        return selection.routes().isEmpty() ? noRoutes(selection) : new Decision.SendOut(selection.routes(), back);
    }

    private static Decision noRoutes(Selection selection) {
        log.warn("application router answered {} without a route", selection.modifier());
        return new Decision.Reject(500, "Application Router Error");
    }

    private Decision applicationOrOut(
            Request request, Selection selection, Origin arrival, Optional<NameAddr> poppedRoute) {
        if (selection.application().isEmpty()) {
            return isOwn.test(target(request))
                    ? new Decision.Reject(404, "Not Found")
                    : new Decision.SendOut(List.of(), Optional.empty());
        }
        String application = selection.application().get();
        if (!isDeployed.test(application)) {
            log.warn("application router chose {}, which is not deployed", application);
            return new Decision.Reject(500, "Application Router Error");
        }
        return new Decision.ToApplication(application, RoutingState.chosen(selection, arrival), poppedRoute);
    }

    private static Uri target(Request request) {
        return request.topRoute().map(NameAddr::uri).orElseGet(request::uri);
    }
}
