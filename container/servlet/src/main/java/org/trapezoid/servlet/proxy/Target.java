// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/**
 * Where a branch leads: a Request-URI and the routes to it, which an application gives in the header part of a target URI
 * ({@code sip:bob@192.0.2.4?Route=…}, RFC 3261 §19.1.1). Immutable.
 *
 * @param routes Route field values, topmost first
 */
public record Target(Uri uri, List<String> routes) {

    public Target {
        routes = List.copyOf(routes);
    }

    /** Headers in a Request-URI that was received are dropped: who sends it may put them into the request itself (RFC 4475 §3.1.2.11). */
    public static Target of(Uri given, Request received) {
        if (!(given instanceof SipUri sip) || sip.headers().isEmpty()) {
            return new Target(given, List.of());
        }
        Uri uri = sip.withHeaders(Parameters.EMPTY);
        return new Target(uri, given.equals(received.uri()) ? List.of() : routes(sip.headers()));
    }

    private static List<String> routes(Parameters headers) {
        List<String> routes = new ArrayList<>(2);
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase("Route")) {
                routes.add(NameAddr.parse(SipUri.unescape(header.getValue())).toString());
            }
        }
        return routes;
    }

    /** The request, changed to lead here. */
    public Request address(Request request) {
        Request.Builder builder = request.toBuilder().uri(uri);
        for (int i = routes.size() - 1; i >= 0; i--) {
            builder.addFirst(HeaderName.ROUTE, routes.get(i));
        }
        return builder.build();
    }
}
