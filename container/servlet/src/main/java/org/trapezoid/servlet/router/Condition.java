// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;

/**
 * A regular expression that a header field or the Request-URI must contain, for one entry of a DAR file. What peers send cannot
 * make it run on: length and steps are bounded, and a request beyond the bounds is refused, not passed over. Thread-safe.
 */
final class Condition {
    private static final Logger log = LoggerFactory.getLogger(Condition.class);

    /** Characters of one value. */
    static final int LONGEST = 1024;
    /** Characters looked at in all, each time one is looked at again counted; some hundred microseconds. */
    static final int STEPS = 100_000;

    static final String REQUEST_URI = "Request-URI";

    private final Optional<HeaderName> header;
    private final Pattern pattern;
    private final String place;
    private final AtomicBoolean reported = new AtomicBoolean();

    /**
     * @param header empty: the Request-URI
     * @param place file and line, for the log
     */
    Condition(Optional<HeaderName> header, Pattern pattern, String place) {
        this.header = header;
        this.pattern = pattern;
        this.place = place;
    }

    /**
     * Whether one of the values contains what the pattern says.
     *
     * @throws UndecidedException if that cannot be told within the bounds
     */
    boolean accepts(Request request) {
        Steps steps = new Steps();
        if (header.isEmpty()) {
            return matches(request.uri().toString(), steps);
        }
        for (String value : request.headers().values(header.get())) {
            if (matches(value, steps)) {
                return true;
            }
        }
        return false;
    }

    private boolean matches(String value, Steps steps) {
        if (value.length() > LONGEST) {
            throw new UndecidedException(header.isEmpty() ? 414 : 400, subject() + " Too Long");
        }
        try {
            return pattern.matcher(new Counted(value, steps)).find();
        } catch (OutOfSteps | StackOverflowError tooMuch) { // the matcher recurses, and holds nothing
            if (reported.compareAndSet(false, true)) {
                log.warn(
                        "{}: a {} needs too many steps to be matched with {}; such requests are refused",
                        place,
                        subject(),
                        pattern);
            }
            throw new UndecidedException(500, "Application Router Error");
        }
    }

    private String subject() {
        return header.map(HeaderName::toString).orElse(REQUEST_URI);
    }

    @Override
    public String toString() {
        return subject() + ":" + pattern;
    }

    /** How many steps one decision has taken. */
    private static final class Steps {
        private int taken;

        void take() {
            if (++taken > STEPS) {
                throw new OutOfSteps();
            }
        }
    }

    /** Text that counts how often the matcher looks at it: backtracking is bounded by that, not by the length alone. */
    private record Counted(String text, Steps steps) implements CharSequence {
        @Override
        public char charAt(int index) {
            steps.take();
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return text.substring(start, end);
        }

        @Override
        public String toString() {
            return text;
        }
    }

    private static final class OutOfSteps extends RuntimeException {
        private static final long serialVersionUID = 1L;

        OutOfSteps() {
            super("out of steps", null, false, false);
        }
    }
}
