// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * A Subscription-State value, RFC 6665 §8.2.3: how a subscription is, and for how many seconds more. Immutable. A state that
 * is not known is kept as it is (§4.1.3: it counts as active).
 */
public record SubscriptionState(String state, OptionalLong expires, Optional<String> reason) {
    private static final String TERMINATED = "terminated";

    public SubscriptionState {
        if (!Grammar.isToken(state)) {
            throw new SyntaxException("subscription state must be a token");
        }
        state = state.toLowerCase(Locale.ROOT);
    }

    public static SubscriptionState parse(String text) {
        byte[] b = Grammar.bytes(text);
        int start = Grammar.skipLws(b, 0, b.length);
        int end = Grammar.token(b, start, b.length, "subscription state");
        Parameters.checkHeader(b, end, b.length);
        OptionalLong expires = Parameters.headerValue(b, end, b.length, "expires")
                .map(SubscriptionState::seconds)
                .orElseGet(OptionalLong::empty);
        return new SubscriptionState(
                Grammar.text(b, start, end), expires, Parameters.headerValue(b, end, b.length, "reason"));
    }

    /** Delta-seconds; what is beyond 2^32-1 counts as that, RFC 3261 §20.19. */
    public static OptionalLong seconds(String text) {
        byte[] b = Grammar.bytes(text);
        int start = Grammar.skipLws(b, 0, b.length);
        int end = Grammar.trimEnd(b, start, b.length);
        if (start == end) {
            return OptionalLong.empty();
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            if (!Grammar.isDigit(b[i])) {
                return OptionalLong.empty();
            }
            value = Math.min(value * 10 + (b[i] - '0'), CSeq.MAX);
        }
        return OptionalLong.of(value);
    }

    public boolean isTerminated() {
        return state.equals(TERMINATED);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(state);
        expires.ifPresent(seconds -> text.append(";expires=").append(seconds));
        reason.ifPresent(value -> text.append(";reason=").append(value));
        return text.toString();
    }
}
