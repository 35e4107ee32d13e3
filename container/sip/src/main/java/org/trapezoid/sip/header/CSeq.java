// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.SyntaxException;

/** A CSeq value, RFC 3261 §20.16. Immutable. */
public record CSeq(long number, String method) {
    /** RFC 3261 §8.1.1.5 wants less than 2**31 of clients; the grammar and servers take 32 bits. */
    public static final long MAX = 0xffff_ffffL;

    public CSeq {
        if (number < 0 || number > MAX) {
            throw new SyntaxException("CSeq number out of range: " + number);
        }
        if (!Grammar.isToken(method)) {
            throw new SyntaxException("CSeq method must be a token");
        }
    }

    public static CSeq parse(String text) {
        byte[] b = Grammar.bytes(text);
        return parse(b, 0, b.length);
    }

    public static CSeq parse(byte[] b, int from, int to) {
        long number = number(b, from, to);
        int method = methodStart(b, from, to);
        return new CSeq(number, Grammar.text(b, method, Grammar.trimEnd(b, method, to)));
    }

    /** The number alone, without building anything. */
    public static long number(byte[] b, int from, int to) {
        int start = Grammar.skipLws(b, from, to);
        return Grammar.number(b, start, digitsEnd(b, start, to), MAX, "CSeq number");
    }

    /** Where the method starts; it ends at the end of the trimmed range. */
    public static int methodStart(byte[] b, int from, int to) {
        int end = digitsEnd(b, Grammar.skipLws(b, from, to), to);
        int start = Grammar.skipLws(b, end, to);
        int tokenEnd = Grammar.token(b, start, to, "CSeq method");
        if (start == end || Grammar.skipLws(b, tokenEnd, to) != to) {
            throw SyntaxException.expected("CSeq number and method", b, from, to);
        }
        return start;
    }

    private static int digitsEnd(byte[] b, int from, int to) {
        int i = from;
        while (i < to && Grammar.isDigit(b[i])) {
            i++;
        }
        return i;
    }

    @Override
    public String toString() {
        return number + " " + method;
    }
}
