// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.URI;
import jakarta.servlet.sip.ar.SipApplicationRoutingDirective;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.router.Directive;
import org.trapezoid.servlet.router.RoutingState;

/** Where a request stands in a chain of applications, and how it goes on (JSR 289 §15). Confined to the application, which synchronises. */
final class RoutingPlace {

    private RoutingState state;
    private SipApplicationRoutingDirective directive;

    private RoutingPlace(RoutingState state, SipApplicationRoutingDirective directive) {
        this.state = state;
        this.directive = directive;
    }

    /** Of a request that came in goes on from where it is; one that the application makes begins anew. */
    static RoutingPlace of(Optional<Incoming> incoming) {
        return incoming.isPresent()
                ? new RoutingPlace(incoming.get().routing(), SipApplicationRoutingDirective.CONTINUE)
                : new RoutingPlace(RoutingState.NEW, SipApplicationRoutingDirective.NEW);
    }

    /** That of a request as the application router sees it, or that another node has sent. */
    void shown(RoutingState asked) {
        state = asked;
        directive = switch (asked.directive()) {
            case NEW -> SipApplicationRoutingDirective.NEW;
            case CONTINUE -> SipApplicationRoutingDirective.CONTINUE;
            case REVERSE -> SipApplicationRoutingDirective.REVERSE;
        };
    }

    void continueFrom(RoutingPlace original) {
        state = original.state.with(Directive.CONTINUE);
        directive = SipApplicationRoutingDirective.CONTINUE;
    }

    /** Another try is routed as the first one was. */
    void continueAs(RoutingPlace earlier) {
        state = earlier.state;
        directive = earlier.directive;
    }

    void beginAnew() {
        state = RoutingState.NEW;
        directive = SipApplicationRoutingDirective.NEW;
    }

    /** CONTINUE or REVERSE, from the request that the application was given. */
    void follow(RoutingPlace original, SipApplicationRoutingDirective wanted) {
        state = original.state.with(
                wanted == SipApplicationRoutingDirective.REVERSE ? Directive.REVERSE : Directive.CONTINUE);
        directive = wanted;
    }

    RoutingState state() {
        return state;
    }

    SipApplicationRoutingDirective directive() {
        return directive;
    }

    @Nullable
    SipApplicationRoutingRegion region() {
        return Session.region(state);
    }

    @Nullable
    URI subscriber() {
        return state.subscriber().<URI>map(UriView::of).orElse(null);
    }
}
