// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.Optional;
import java.util.OptionalLong;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.SessionExpires;
import org.trapezoid.sip.header.SessionExpires.Refresher;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/**
 * What a proxy wants of the session timers of calls that it stays in, RFC 4028 §8: no interval longer than {@code expires}, and
 * none shorter than {@code minimum}, in seconds. Immutable.
 */
public record ProxiedSessionTimer(long expires, long minimum) {

    private static final String OPTION_TAG = "timer";

    public ProxiedSessionTimer {
        if (minimum < SessionExpires.LEAST || expires < minimum) {
            throw new IllegalArgumentException("a proxy's session timer of " + expires + " s with a minimum of "
                    + minimum + " s: the minimum is at least " + SessionExpires.LEAST + " s, and the timer no less");
        }
    }

    /** Whether a request begins or refreshes a session. */
    static boolean concerns(Request request) {
        return request.method().equals(Method.INVITE) || request.method().equals(Method.UPDATE);
    }

    /** The Min-SE of the 422 that a request deserves; from who does not know it a short interval is raised instead, §8.1. */
    OptionalLong refusal(Request request) {
        Optional<SessionExpires> asked = value(request, HeaderName.SESSION_EXPIRES);
        return asked.isPresent() && asked.get().seconds() < minimum && supports(request)
                ? OptionalLong.of(minimum)
                : OptionalLong.empty();
    }

    /** Puts our wish into a request that is forwarded, §8.1. */
    void apply(Request request, Request.Builder forwarded) {
        Optional<SessionExpires> asked = value(request, HeaderName.SESSION_EXPIRES);
        long seconds = seconds(request);
        if (asked.isEmpty() || asked.get().seconds() != seconds) {
            forwarded.remove(HeaderName.SESSION_EXPIRES);
            forwarded.set(
                    HeaderName.SESSION_EXPIRES,
                    new SessionExpires(seconds, asked.flatMap(SessionExpires::refresher)).toString());
        }
        if (asked.isPresent() && asked.get().seconds() < seconds) {
            forwarded.set(HeaderName.MIN_SE, Long.toString(seconds));
        }
    }

    /** Never below what others on the way demand. */
    private long seconds(Request request) {
        long lowest = Math.max(
                minimum,
                value(request, HeaderName.MIN_SE).map(SessionExpires::seconds).orElse(0L));
        Optional<SessionExpires> asked = value(request, HeaderName.SESSION_EXPIRES);
        return Math.max(lowest, asked.isPresent() ? Math.min(asked.get().seconds(), expires) : expires);
    }

    /** A 2xx of who keeps no timer: the caller that can refreshes, §8.2. */
    Response answer(Request request, Response success) {
        if (success.headers().has(HeaderName.SESSION_EXPIRES) || !supports(request)) {
            return success;
        }
        return success.toBuilder()
                .set(
                        HeaderName.SESSION_EXPIRES,
                        new SessionExpires(seconds(request), Optional.of(Refresher.UAC)).toString())
                .add(HeaderName.REQUIRE, OPTION_TAG)
                .build();
    }

    private static Optional<SessionExpires> value(Message message, HeaderName name) {
        return message.headers().first(name).flatMap(SessionExpires::parse);
    }

    private static boolean supports(Request request) {
        return request.headers().lists(HeaderName.SUPPORTED, OPTION_TAG)
                || request.headers().lists(HeaderName.REQUIRE, OPTION_TAG);
    }
}
