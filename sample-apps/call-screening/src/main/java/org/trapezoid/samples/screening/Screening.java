// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.screening;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.StringTokenizer;

/**
 * Whom a subscriber does not want. Written {@code block:mallory@evil.test block:@spam.test block:anonymous allow:boss@spam.test}.
 * Immutable.
 *
 * @param blocked addresses {@code user@host}, and {@code @host} for all of a domain
 * @param allowed of them, who may call all the same
 * @param anonymous whether calls of nobody in particular are taken
 */
record Screening(Set<String> blocked, Set<String> allowed, boolean anonymous) {

    static final Screening NONE = new Screening(Set.of(), Set.of(), true);

    private static final String BLOCK = "block:";
    private static final String ALLOW = "allow:";
    private static final String ANONYMOUS = "anonymous";

    Screening {
        blocked = Set.copyOf(blocked);
        allowed = Set.copyOf(allowed);
    }

    /**
     * Reads the words of a line.
     *
     * @throws IllegalArgumentException if a word makes no sense
     */
    static Screening parse(String words) {
        Set<String> blocked = new HashSet<>();
        Set<String> allowed = new HashSet<>();
        boolean anonymous = true;
        StringTokenizer tokens = new StringTokenizer(words, " \t");
        while (tokens.hasMoreTokens()) {
            String token = tokens.nextToken();
            if (token.equals(BLOCK + ANONYMOUS)) {
                anonymous = false;
            } else if (token.startsWith(BLOCK)) {
                blocked.add(address(token.substring(BLOCK.length())));
            } else if (token.startsWith(ALLOW)) {
                allowed.add(address(token.substring(ALLOW.length())));
            } else {
                throw new IllegalArgumentException(
                        "\"" + token + "\" is no rule; expected block: or allow: with user@host, @host or anonymous");
            }
        }
        return new Screening(blocked, allowed, anonymous);
    }

    private static String address(String text) {
        int at = text.indexOf('@');
        if (at < 0 || at == text.length() - 1) {
            throw new IllegalArgumentException("\"" + text + "\" is no address; expected user@host or @host");
        }
        return text.substring(0, at) + text.substring(at).toLowerCase(Locale.ROOT);
    }

    Verdict of(Caller caller) {
        if (caller.isAnonymous()) {
            return anonymous ? Verdict.PASS : Verdict.ANONYMOUS;
        }
        boolean unwanted = blocked.contains(caller.address()) || blocked.contains(caller.domain());
        boolean welcome = allowed.contains(caller.address()) || allowed.contains(caller.domain());
        return unwanted && !welcome ? Verdict.UNWANTED : Verdict.PASS;
    }
}
