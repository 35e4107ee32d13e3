// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import java.util.Locale;

/** A URI as SIP uses it, RFC 3261 §19.1. Immutable. */
public abstract sealed class Uri permits SipUri, TelUri, OtherUri {

    public static Uri parse(String text) {
        byte[] b = Grammar.bytes(text);
        return parse(b, 0, b.length);
    }

    /** Parses all of the range. */
    public static Uri parse(byte[] b, int from, int to) {
        int colon = check(b, from, to);
        if (isScheme(b, from, colon, "sip")) {
            return SipUri.of(false, b, colon + 1, to);
        }
        if (isScheme(b, from, colon, "sips")) {
            return SipUri.of(true, b, colon + 1, to);
        }
        if (isScheme(b, from, colon, "tel")) {
            return TelUri.of(b, colon + 1, to);
        }
        return new OtherUri(Grammar.text(b, from, colon).toLowerCase(Locale.ROOT), Grammar.text(b, colon + 1, to));
    }

    /** Checks all of the range without building anything; returns the position of the colon behind the scheme. */
    public static int check(byte[] b, int from, int to) {
        int colon = from;
        while (colon < to && isSchemeCharacter(b[colon], colon > from)) {
            colon++;
        }
        if (colon == from || colon >= to - 1 || b[colon] != ':') {
            throw SyntaxException.expected("URI", b, from, to);
        }
        if (isScheme(b, from, colon, "sip") || isScheme(b, from, colon, "sips")) {
            SipUri.checkRest(b, colon + 1, to);
        } else if (isScheme(b, from, colon, "tel")) {
            TelUri.checkRest(b, colon + 1, to);
        } else {
            OtherUri.checkRest(b, colon + 1, to);
        }
        return colon;
    }

    private static boolean isSchemeCharacter(byte b, boolean notFirst) {
        int c = b | 0x20;
        return (c >= 'a' && c <= 'z') || (notFirst && (Grammar.isDigit(b) || b == '+' || b == '-' || b == '.'));
    }

    private static boolean isScheme(byte[] b, int from, int colon, String scheme) {
        return Grammar.equalsIgnoreCase(b, from, colon, scheme);
    }

    /** In lower case. */
    public abstract String scheme();
}
