// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.util.random.RandomGenerator;
import org.trapezoid.sip.header.Via;

/** Makes tags, branches and Call-IDs of 65 and more random bits, RFC 3261 §19.3. As thread-safe as its generator. */
public final class Identifiers {
    /** Lower case only: tags and branches are compared without regard to case by some. */
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

    private static final int BITS = 5;
    private static final int PER_LONG = 12;

    private final RandomGenerator random;

    public Identifiers(RandomGenerator random) {
        this.random = random;
    }

    public String tag() {
        return random("", 13);
    }

    public String branch() {
        return random(Via.MAGIC_COOKIE, 16);
    }

    /** A branch of what other nodes know by that token. */
    public String branch(String token) {
        return random(Via.MAGIC_COOKIE + token, 16);
    }

    public String callId() {
        return random("", 24);
    }

    private String random(String prefix, int length) {
        StringBuilder text = new StringBuilder(prefix.length() + length).append(prefix);
        long bits = 0;
        for (int i = 0; i < length; i++) {
            bits = i % PER_LONG == 0 ? random.nextLong() : bits >>> BITS;
            text.append(ALPHABET.charAt((int) bits & 31));
        }
        return text.toString();
    }
}
