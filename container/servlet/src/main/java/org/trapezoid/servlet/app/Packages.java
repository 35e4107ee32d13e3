// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.trapezoid.sip.header.Event;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.SubscriptionState;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * The event packages (RFC 6665 §7.2) and INFO packages (RFC 6086) that an application declares by context parameters, so that
 * the container refuses others. Immutable. What is not declared is the application's business.
 *
 * @param events of {@code org.trapezoid.allow-events}; empty: not declared
 * @param minExpires of {@code org.trapezoid.min-expires}, in seconds; 0: not declared
 * @param infos of {@code org.trapezoid.recv-info}; an empty list is {@code nil}, none at all
 */
public record Packages(List<String> events, int minExpires, Optional<List<String>> infos) {

    private static final int HOUR = 3600;
    private static final String NIL = "nil";

    /** Reads the context parameters; IllegalArgumentException names the one that is wrong. */
    public static Packages of(UnaryOperator<String> parameters) {
        List<String> events = tokens("org.trapezoid.allow-events", parameters).orElse(List.of());
        Optional<List<String>> infos = tokens("org.trapezoid.recv-info", parameters)
                .map(names -> names.equals(List.of(NIL)) ? List.<String>of() : names);
        return new Packages(events, seconds(parameters.apply("org.trapezoid.min-expires")), infos);
    }

    private static Optional<List<String>> tokens(String name, UnaryOperator<String> parameters) {
        String value = parameters.apply(name);
        if (value == null || value.isBlank()) {
            return Optional.empty();
        }
        List<String> tokens = new ArrayList<>();
        for (String token : value.split(",")) {
            if (!Grammar.isToken(token.strip())) {
                throw new IllegalArgumentException(
                        "context parameter " + name + " is \"" + value + "\"; expected package names with commas");
            }
            tokens.add(token.strip());
        }
        return Optional.of(Collections.unmodifiableList(tokens));
    }

    private static int seconds(String value) {
        if (value == null || value.isBlank()) {
            return 0;
        }
        try {
            int seconds = Integer.parseInt(value.strip());
            if (seconds >= 0 && seconds <= HOUR) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException("context parameter org.trapezoid.min-expires is \"" + value
                + "\"; expected seconds from 0 to " + HOUR); // RFC 6665 §4.2.1.1: an hour must not be too brief
    }

    /** The answer to a request for a package that the application has not; empty for all others. */
    public OptionalInt refusal(Request request) {
        Method method = request.method();
        if (method.equals(Method.INFO)) {
            return infos.isPresent() && isUnknownInfo(request, infos.get()) ? OptionalInt.of(469) : OptionalInt.empty();
        }
        if (!method.equals(Method.SUBSCRIBE) && !method.equals(Method.PUBLISH)) {
            return OptionalInt.empty();
        }
        if (!events.isEmpty() && !isKnownEvent(request)) {
            return OptionalInt.of(489);
        }
        return minExpires > 0 && isTooBrief(request) ? OptionalInt.of(423) : OptionalInt.empty();
    }

    private static boolean isUnknownInfo(Request request, List<String> known) {
        Optional<String> value = request.headers().first(HeaderName.INFO_PACKAGE);
        if (value.isEmpty()) {
            return false; // RFC 6086 §9: legacy use
        }
        int semicolon = value.get().indexOf(';');
        String name = semicolon < 0 ? value.get() : value.get().substring(0, semicolon);
        for (String each : known) {
            if (each.equalsIgnoreCase(name.strip())) {
                return false;
            }
        }
        return true;
    }

    private boolean isKnownEvent(Request request) {
        try {
            return request.headers()
                    .first(HeaderName.EVENT)
                    .map(Event::parse)
                    .filter(event -> events.contains(event.type()))
                    .isPresent();
        } catch (SyntaxException e) {
            return false;
        }
    }

    /** RFC 6665 §4.2.1.1, RFC 3903 §6: 0 ends or fetches, and an hour is never too brief. */
    private boolean isTooBrief(Request request) {
        return request.headers()
                .first(HeaderName.EXPIRES)
                .map(SubscriptionState::seconds)
                .filter(seconds -> seconds.isPresent() && seconds.getAsLong() > 0 && seconds.getAsLong() < minExpires)
                .isPresent();
    }

    /** What a refusal has to say besides its status. */
    public void explain(Response.Builder refusal, int status) {
        switch (status) {
            case 489 -> refusal.set(HeaderName.ALLOW_EVENTS, String.join(", ", events));
            case 423 -> refusal.set(HeaderName.MIN_EXPIRES, Integer.toString(minExpires));
            case 469 -> refusal.set(HeaderName.RECV_INFO, recvInfo().orElse(""));
            default -> {
                // nothing more
            }
        }
    }

    /** The Recv-Info value of what begins or answers a call, RFC 6086 §4.2.2; empty while none is declared. */
    public Optional<String> recvInfo() {
        return infos.map(names -> String.join(", ", names));
    }
}
