// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** Routes to this server that carry where a chain of applications stands (ROUTE_BACK, JSR 289 §15.6). Thread-safe; bounded. */
public final class RouteBack {

    static final String PARAMETER = "rs";
    private static final int BOUND = 100_000;

    private final Identifiers identifiers;
    private final Supplier<Listener> listener;
    private final Map<String, RoutingState> states = new ConcurrentHashMap<>();

    public RouteBack(Identifiers identifiers, Supplier<Listener> listener) {
        this.identifiers = identifiers;
        this.listener = listener;
    }

    SipUri uri(RoutingState state) {
        if (states.size() >= BOUND) {
            Iterator<String> oldest = states.keySet().iterator();
            states.remove(oldest.next()); // requests that never came back
        }
        String token = identifiers.tag();
        states.put(token, state);
        Listener own = listener.get();
        return SipUri.of(own.advertised())
                .withParameter("transport", own.protocol().name().toLowerCase(java.util.Locale.ROOT))
                .withParameter("lr", "")
                .withParameter(PARAMETER, token);
    }

    /** The state that a popped Route of ours brings back. */
    Optional<RoutingState> state(Uri popped) {
        if (!(popped instanceof SipUri uri)) {
            return Optional.empty();
        }
        return uri.parameter(PARAMETER).flatMap(token -> Optional.ofNullable(states.get(token)));
    }
}
