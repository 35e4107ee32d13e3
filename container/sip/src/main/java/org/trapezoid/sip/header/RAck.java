// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.header;

import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.SyntaxException;

/** A RAck value: which reliable provisional response a PRACK acknowledges, RFC 3262 §7.2. Immutable. */
public record RAck(long rseq, long cseq, String method) {

    public RAck {
        if (rseq < 0 || rseq > CSeq.MAX || cseq < 0 || cseq > CSeq.MAX) {
            throw new SyntaxException("RAck number out of range");
        }
        if (!Grammar.isToken(method)) {
            throw new SyntaxException("RAck method must be a token");
        }
    }

    public static RAck parse(String text) {
        byte[] b = Grammar.bytes(text);
        int start = Grammar.skipLws(b, 0, b.length);
        int end = start;
        while (end < b.length && Grammar.isDigit(b[end])) {
            end++;
        }
        long rseq = Grammar.number(b, start, end, CSeq.MAX, "RAck number");
        if (end >= b.length || !Grammar.isLws(b[end])) {
            throw SyntaxException.expected("RAck with two numbers and a method", b, 0, b.length);
        }
        CSeq cseq = CSeq.parse(b, end, b.length);
        return new RAck(rseq, cseq.number(), cseq.method());
    }

    @Override
    public String toString() {
        return rseq + " " + cseq + " " + method;
    }
}
