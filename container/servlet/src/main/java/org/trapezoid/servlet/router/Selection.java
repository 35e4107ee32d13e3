// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/** What an application router answers (JSR 289 §15.3, SipApplicationRouterInfo). Immutable. */
public record Selection(
        Optional<String> application,
        Optional<Region> region,
        Optional<Uri> subscriber,
        List<NameAddr> routes,
        RouteModifier modifier,
        Optional<Serializable> stateInfo) {

    /** No further application. */
    public static final Selection NONE = new Selection(
            Optional.empty(), Optional.empty(), Optional.empty(), List.of(), RouteModifier.NO_ROUTE, Optional.empty());

    public Selection {
        routes = List.copyOf(routes);
    }

    /**
     * Reads a route a router gave as text. Without angle brackets the parameters are the URI's, unlike in a header: routers
     * write {@code sip:as.example.com;lr}.
     *
     * @throws SyntaxException if it is neither a name-addr nor a URI
     */
    public static NameAddr route(String text) {
        return text.indexOf('<') >= 0 ? NameAddr.parse(text) : NameAddr.of(Uri.parse(text));
    }
}
