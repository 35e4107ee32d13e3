// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** The ordered proxies that a request in a dialog travels through, RFC 3261 §12.2.1.1. An immutable value. */
public record RouteSet(List<NameAddr> routes) {

    public static final RouteSet EMPTY = new RouteSet(List.of());

    public RouteSet {
        routes = List.copyOf(routes);
    }

    /** The route set of a UAS: the Record-Route values of the request in their order, RFC 3261 §12.1.1. */
    public static RouteSet ofUas(Message request) {
        var recorded = request.headers().addresses(HeaderName.RECORD_ROUTE);
        return recorded.isEmpty() ? EMPTY : new RouteSet(recorded);
    }

    /**
     * The route set of a UAC: the Record-Route values of the response reversed, RFC 3261 §12.1.2. A response cannot be refused;
     * when they cannot be read, it is taken as if it had none.
     */
    public static RouteSet ofUac(Message response) {
        if (!response.headers().areAddresses(HeaderName.RECORD_ROUTE)) {
            return EMPTY;
        }
        var recorded = response.headers().addresses(HeaderName.RECORD_ROUTE);
        if (recorded.isEmpty()) {
            return EMPTY;
        }
        var reversed = new ArrayList<>(recorded);
        Collections.reverse(reversed);
        return new RouteSet(reversed);
    }

    public boolean isEmpty() {
        return routes.isEmpty();
    }

    /** The Request-URI towards a remote target: the target itself, or the first route when that is a strict router. */
    public Uri requestUri(Uri remoteTarget) {
        return startsStrict() ? asRequestUri(routes.get(0).uri()) : remoteTarget;
    }

    /** Adds the Route values for a request towards a remote target; its Request-URI is {@link #requestUri}. */
    public void addTo(Request.Builder request, Uri remoteTarget) {
        if (startsStrict()) {
            for (NameAddr route : routes.subList(1, routes.size())) {
                request.add(HeaderName.ROUTE, route.toString());
            }
            request.add(HeaderName.ROUTE, '<' + remoteTarget.toString() + '>');
        } else {
            for (NameAddr route : routes) {
                request.add(HeaderName.ROUTE, route.toString());
            }
        }
    }

    private boolean startsStrict() {
        return !routes.isEmpty() && !routes.get(0).isLooseRoute();
    }

    /** RFC 3261 §19.1.1: a Request-URI has neither headers nor a method parameter. */
    public static Uri asRequestUri(Uri route) {
        return route instanceof SipUri sip
                ? sip.withHeaders(Parameters.EMPTY)
                        .withParameters(sip.parameters().without("method"))
                : route;
    }
}
