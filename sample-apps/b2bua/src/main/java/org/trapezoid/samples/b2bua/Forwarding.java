// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.b2bua;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringTokenizer;
import java.util.function.UnaryOperator;

/**
 * Where the calls of one subscriber go. Written {@code busy:sip:carol@a.test no-answer:sip:mail@a.test after:20}. Immutable.
 *
 * @param targets the URI for each reason
 * @param ringSeconds how long it rings before {@code no-answer}; 0: as long as for everybody
 */
record Forwarding(Map<Reason, String> targets, int ringSeconds) {

    static final Forwarding NONE = new Forwarding(Map.of(), 0);

    private static final String AFTER = "after";
    private static final int LONGEST = 3600;

    Forwarding {
        targets = Map.copyOf(targets);
    }

    Optional<String> target(Reason reason) {
        return Optional.ofNullable(targets.get(reason));
    }

    /**
     * Reads the words of a line.
     *
     * @param uris checks a URI and throws IllegalArgumentException if it is none
     * @throws IllegalArgumentException if a word makes no sense
     */
    static Forwarding parse(String words, UnaryOperator<String> uris) {
        Map<Reason, String> targets = new EnumMap<>(Reason.class);
        int seconds = 0;
        StringTokenizer tokens = new StringTokenizer(words, " \t");
        while (tokens.hasMoreTokens()) {
            String token = tokens.nextToken();
            int colon = token.indexOf(':');
            String word = colon < 0 ? token : token.substring(0, colon);
            String value = token.substring(colon + 1);
            if (word.equals(AFTER)) {
                seconds = seconds(value);
            } else {
                targets.put(reason(word), uris.apply(value));
            }
        }
        return new Forwarding(targets, seconds);
    }

    private static Reason reason(String word) {
        for (Reason each : Reason.values()) {
            if (each.word().equals(word)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "\"" + word + "\" is no rule; expected always:, busy:, no-answer:, unavailable: with a URI, or after:");
    }

    private static int seconds(String value) {
        try {
            int seconds = Integer.parseInt(value);
            if (seconds > 0 && seconds <= LONGEST) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // falls through to the message
        }
        throw new IllegalArgumentException("after:" + value + " is no number of seconds from 1 to " + LONGEST);
    }
}
