// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.trapezoid.servlet.proxy.ProxiedSessionTimer;
import org.trapezoid.servlet.ua.SessionTimerPolicy;

/**
 * The protocol extensions that an application asks the container for, by context parameters. All are off by default: they put
 * header fields into messages or send messages that the application did not write.
 *
 * @param reliability of provisional responses ({@code org.trapezoid.100rel})
 * @param sessionTimer kept by the container for its user agents (RFC 4028, {@code org.trapezoid.session-timer})
 * @param proxiedSessionTimer what its proxies demand of calls that they record-route ({@code org.trapezoid.session-timer.proxy})
 * @param earlyDialogTerminated whether its proxies send 199 (RFC 6228, {@code org.trapezoid.199})
 * @param sessionId whether its user agents send Session-ID (RFC 7989, {@code org.trapezoid.session-id})
 * @param historyInfo whether its proxies write History-Info (RFC 7044, {@code org.trapezoid.history-info})
 */
public record Extensions(
        Reliability reliability,
        Optional<SessionTimerPolicy> sessionTimer,
        Optional<ProxiedSessionTimer> proxiedSessionTimer,
        boolean earlyDialogTerminated,
        boolean sessionId,
        boolean historyInfo) {

    public static final Extensions OFF =
            new Extensions(Reliability.OFF, Optional.empty(), Optional.empty(), false, false, false);

    private static final String RELIABILITY = "org.trapezoid.100rel";
    private static final String EARLY_DIALOG_TERMINATED = "org.trapezoid.199";

    private static final String HISTORY_INFO = "org.trapezoid.history-info";
    private static final String SESSION_ID = "org.trapezoid.session-id";
    private static final String SESSION_TIMER = "org.trapezoid.session-timer";
    private static final String SESSION_TIMER_PROXY = "org.trapezoid.session-timer.proxy";
    private static final String SESSION_TIMER_MINIMUM = "org.trapezoid.session-timer.minimum";
    private static final String SESSION_TIMER_REFRESHER = "org.trapezoid.session-timer.refresher";
    private static final String SESSION_TIMER_METHOD = "org.trapezoid.session-timer.method";

    /** How reliable provisional responses are used beyond what the application does itself (RFC 3262). */
    public enum Reliability {
        OFF,
        /** Whenever the peer can. */
        SUPPORTED,
        /** With peers that can, and no others. */
        REQUIRED
    }

    /** @throws IllegalArgumentException naming the parameter that has none of its values */
    static Extensions of(Map<String, String> parameters) {
        return new Extensions(
                reliability(parameters),
                sessionTimer(parameters),
                proxiedSessionTimer(parameters),
                flag(parameters, EARLY_DIALOG_TERMINATED),
                flag(parameters, SESSION_ID),
                flag(parameters, HISTORY_INFO));
    }

    private static Reliability reliability(Map<String, String> parameters) {
        String value = value(parameters, RELIABILITY);
        return switch (value) {
            case "", "off" -> Reliability.OFF;
            case "supported" -> Reliability.SUPPORTED;
            case "required" -> Reliability.REQUIRED;
            default -> throw wrong(RELIABILITY, value, "off, supported or required");
        };
    }

    private static Optional<SessionTimerPolicy> sessionTimer(Map<String, String> parameters) {
        String expires = value(parameters, SESSION_TIMER);
        if (expires.isEmpty() || expires.equals("off")) {
            return Optional.empty();
        }
        return Optional.of(new SessionTimerPolicy(
                seconds(SESSION_TIMER, expires, "off or seconds"),
                minimum(parameters),
                refresher(parameters),
                byUpdate(parameters)));
    }

    private static Optional<ProxiedSessionTimer> proxiedSessionTimer(Map<String, String> parameters) {
        String expires = value(parameters, SESSION_TIMER_PROXY);
        return expires.isEmpty() || expires.equals("off")
                ? Optional.empty()
                : Optional.of(new ProxiedSessionTimer(
                        seconds(SESSION_TIMER_PROXY, expires, "off or seconds"), minimum(parameters)));
    }

    private static long minimum(Map<String, String> parameters) {
        return seconds(SESSION_TIMER_MINIMUM, parameters.getOrDefault(SESSION_TIMER_MINIMUM, "90"), "seconds");
    }

    private static SessionTimerPolicy.Refresher refresher(Map<String, String> parameters) {
        String value = value(parameters, SESSION_TIMER_REFRESHER);
        return switch (value) {
            case "", "any" -> SessionTimerPolicy.Refresher.ANY;
            case "self" -> SessionTimerPolicy.Refresher.SELF;
            case "peer" -> SessionTimerPolicy.Refresher.PEER;
            default -> throw wrong(SESSION_TIMER_REFRESHER, value, "any, self or peer");
        };
    }

    private static boolean byUpdate(Map<String, String> parameters) {
        String value = value(parameters, SESSION_TIMER_METHOD);
        return switch (value) {
            case "", "update" -> true;
            case "invite" -> false;
            default -> throw wrong(SESSION_TIMER_METHOD, value, "update or invite");
        };
    }

    private static long seconds(String name, String value, String expected) {
        try {
            return Long.parseLong(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(rule(name, value, expected), e);
        }
    }

    private static boolean flag(Map<String, String> parameters, String name) {
        String value = value(parameters, name);
        return switch (value) {
            case "", "false" -> false;
            case "true" -> true;
            default -> throw wrong(name, value, "true or false");
        };
    }

    private static String value(Map<String, String> parameters, String name) {
        return parameters.getOrDefault(name, "").strip().toLowerCase(Locale.ROOT);
    }

    private static IllegalArgumentException wrong(String name, String value, String expected) {
        return new IllegalArgumentException(rule(name, value, expected));
    }

    private static String rule(String name, String value, String expected) {
        return "context parameter " + name + " is \"" + value + "\"; expected " + expected;
    }
}
