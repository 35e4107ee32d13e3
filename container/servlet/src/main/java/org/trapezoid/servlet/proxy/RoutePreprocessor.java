// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.trapezoid.sip.dialog.RouteSet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/** Takes what leads to us off the route of a request, RFC 3261 §16.4, and prepares it for a strict router, §16.6 step 6. */
public final class RoutePreprocessor {

    /** The request without our own route values, and these, topmost first; one that a strict router put into the Request-URI counts. */
    public record Preprocessed(Request request, List<NameAddr> popped) {}

    private RoutePreprocessor() {}

    /**
     * @param isOwn true for a URI that leads to this server: host, port and transport
     * @throws SyntaxException if a Route is no address
     */
    public static Preprocessed process(Request request, Predicate<Uri> isOwn) {
        boolean routed =
                request.headers().has(HeaderName.ROUTE) && !request.routes().isEmpty();
        if (request.uri() instanceof SipUri uri) {
            if (routed && uri.isLooseRoute() && isOwn.test(uri)) {
                return popRoutes(fromStrictRouter(request), isOwn, Optional.of(NameAddr.of(uri)));
            }
            Optional<SipUri> stripped = withoutOwnMaddr(uri, isOwn);
            if (stripped.isPresent()) {
                Request rewritten = request.toBuilder().uri(stripped.get()).build();
                return routed ? popRoutes(rewritten, isOwn, Optional.empty()) : new Preprocessed(rewritten, List.of());
            }
        }
        return routed ? popRoutes(request, isOwn, Optional.empty()) : new Preprocessed(request, List.of());
    }

    /** The router before us put our Record-Route value into the Request-URI and the true one behind the routes. */
    private static Request fromStrictRouter(Request request) {
        List<NameAddr> routes = request.routes();
        int last = routes.size() - 1;
        Request.Builder builder = request.toBuilder()
                .uri(RouteSet.asRequestUri(routes.get(last).uri()))
                .remove(HeaderName.ROUTE);
        for (NameAddr route : routes.subList(0, last)) {
            builder.add(HeaderName.ROUTE, route.toString());
        }
        return builder.build();
    }

    private static Optional<SipUri> withoutOwnMaddr(SipUri uri, Predicate<Uri> isOwn) {
        if (uri.maddr().isEmpty()) {
            return Optional.empty();
        }
        SipUri meant = uri.withHost(uri.maddr().get()).withoutParameter("maddr");
        return isOwn.test(meant)
                ? Optional.of(uri.withoutParameter("maddr")
                        .withoutParameter("transport")
                        .withPort(HostPort.NO_PORT))
                : Optional.empty();
    }

    private static Preprocessed popRoutes(Request request, Predicate<Uri> isOwn, Optional<NameAddr> already) {
        List<NameAddr> routes = request.headers().has(HeaderName.ROUTE) ? request.routes() : List.of();
        List<NameAddr> popped = new ArrayList<>(2);
        already.ifPresent(popped::add);
        int own = 0;
        while (own < routes.size()
                && isNext(popped, routes.get(own))
                && isOwn.test(routes.get(own).uri())) {
            popped.add(routes.get(own));
            own++;
        }
        if (own == 0) {
            return new Preprocessed(request, List.copyOf(popped));
        }
        Request.Builder builder = request.toBuilder();
        for (int i = 0; i < own; i++) {
            builder.removeFirst(HeaderName.ROUTE);
        }
        return new Preprocessed(builder.build(), List.copyOf(popped));
    }

    /** The first value, or the second one of a pair (RFC 5658 §5); any other belongs to the next application on the path. */
    private static boolean isNext(List<NameAddr> popped, NameAddr route) {
        return switch (popped.size()) {
            case 0 -> true;
            case 1 -> isPaired(popped.get(0)) && isPaired(route);
            default -> false;
        };
    }

    private static boolean isPaired(NameAddr route) {
        return route.uri() instanceof SipUri uri && uri.parameters().has(RecordRoute.PAIR);
    }

    /**
     * Before a strict router: its URI becomes the Request-URI, which moves to the end of the routes (RFC 3261 §16.6 step 6).
     * Any other request stays the same.
     */
    public static Request forStrictRouter(Request request) {
        if (request.topRoute().isEmpty()) {
            return request;
        }
        Request.Builder builder = request.toBuilder();
        forStrictRouter(request, builder, request.uri());
        return builder.build();
    }

    /** The same for another target. */
    static void forStrictRouter(Request request, Request.Builder builder, Uri target) {
        Optional<NameAddr> first = request.topRoute();
        if (first.isPresent() && first.get().uri() instanceof SipUri next && !next.isLooseRoute()) {
            builder.removeFirst(HeaderName.ROUTE)
                    .add(HeaderName.ROUTE, NameAddr.of(target).toString())
                    .uri(next);
        }
    }
}
