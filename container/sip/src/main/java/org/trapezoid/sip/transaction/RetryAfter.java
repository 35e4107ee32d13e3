// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.time.Duration;
import java.util.Optional;

/** The Retry-After header field value, RFC 3261 §20.33: seconds, then perhaps a comment and parameters. Stateless. */
final class RetryAfter {
    private static final int MOST_DIGITS = 9;

    private RetryAfter() {}

    static Optional<Duration> of(String value) {
        String text = value.strip();
        int end = 0;
        long seconds = 0;
        while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
            if (end < MOST_DIGITS) {
                seconds = seconds * 10 + (text.charAt(end) - '0');
            }
            end++;
        }
        return end == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds));
    }
}
