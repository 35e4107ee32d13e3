// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/**
 * Routes to this server that carry where a chain of applications stands (ROUTE_BACK, JSR 289 §15.6), for as long as a request
 * may be under way. Thread-safe; bounded.
 */
public final class RouteBack {

    static final String PARAMETER = "rs";
    static final int BOUND = 100_000;
    /** Longer than timer C: what is away for so long was given up by whoever sent it. */
    static final Duration LIFETIME = Duration.ofMinutes(5);

    private record Waiting(RoutingState state, long since) {}

    private final Identifiers identifiers;
    private final LongSupplier nanoTime;
    private final Supplier<Listener> listener;
    private final Map<String, Waiting> states = new ConcurrentHashMap<>();
    private final Queue<String> oldestFirst = new ConcurrentLinkedQueue<>();

    /** @param nanoTime monotonic */
    public RouteBack(Identifiers identifiers, LongSupplier nanoTime, Supplier<Listener> listener) {
        this.identifiers = identifiers;
        this.nanoTime = nanoTime;
        this.listener = listener;
    }

    SipUri uri(RoutingState state) {
        dropOld();
        String token = identifiers.tag();
        states.put(token, new Waiting(state, nanoTime.getAsLong()));
        oldestFirst.add(token);
        Listener own = listener.get();
        return SipUri.of(own.advertised())
                .withParameter("transport", own.protocol().parameter())
                .withParameter("lr", "")
                .withParameter(PARAMETER, token);
    }

    private void dropOld() {
        String oldest = oldestFirst.peek();
        while (oldest != null && (states.size() >= BOUND || isOver(oldest))) {
            if (oldestFirst.remove(oldest)) { // false: another thread did
                states.remove(oldest);
            }
            oldest = oldestFirst.peek();
        }
    }

    private boolean isOver(String token) {
        Waiting waiting = states.get(token);
        return waiting == null || isOver(waiting);
    }

    private boolean isOver(Waiting waiting) {
        return nanoTime.getAsLong() - waiting.since() > LIFETIME.toNanos();
    }

    /** The state that a popped Route of ours brings back; a request that forked brings it more than once. */
    Optional<RoutingState> state(Uri popped) {
        if (!(popped instanceof SipUri uri)) {
            return Optional.empty();
        }
        return uri.parameter(PARAMETER)
                .flatMap(token -> Optional.ofNullable(states.get(token)))
                .filter(waiting -> !isOver(waiting))
                .map(Waiting::state);
    }
}
