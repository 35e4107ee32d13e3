// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
 * @param next another flow to the same user agent, to be tried when this one fails (RFC 5626 §7)
 */
public record Target(Uri uri, List<String> routes, Optional<Uri> next) {

    public Target {
        routes = List.copyOf(routes);
    }

    /**
     * What a URI with headers means; empty for the usual one without any. Headers in a Request-URI that was received are dropped:
     * who sends it may put them into the request itself (RFC 4475 §3.1.2.11).
     */
    public static Optional<Target> of(Uri given, Request received) {
        if (!(given instanceof SipUri sip) || sip.headers().isEmpty()) {
            return Optional.empty();
        }
        Parameters headers = given.equals(received.uri()) ? Parameters.EMPTY : sip.headers();
        return Optional.of(of(sip.withHeaders(Parameters.EMPTY), headers));
    }

    static Target plain(Uri uri) {
        return new Target(uri, List.of(), Optional.empty());
    }

    private static Target of(Uri uri, Parameters headers) {
        List<String> routes = new ArrayList<>(2);
        Optional<Uri> next = Optional.empty();
        for (Map.Entry<String, String> header : headers) {
            if (header.getKey().equalsIgnoreCase("Route")) {
                routes.add(NameAddr.parse(SipUri.unescape(header.getValue())).toString());
            } else if (header.getKey().equalsIgnoreCase("Next-Flow")) {
                next = Optional.of(Uri.parse(SipUri.unescape(header.getValue())));
            }
        }
        return new Target(uri, routes, next);
    }

    /** The request, changed to lead to the URI an application gave. */
    public static Request address(Request request, Uri given, Request received) {
        Optional<Target> target = of(given, received);
        return target.isEmpty()
                ? request.toBuilder().uri(given).build()
                : target.get().address(request);
    }

    /** The request, changed to lead here. */
    Request address(Request request) {
        Request.Builder builder = request.toBuilder().uri(uri);
        for (int i = routes.size() - 1; i >= 0; i--) {
            builder.addFirst(HeaderName.ROUTE, routes.get(i));
        }
        return builder.build();
    }
}
