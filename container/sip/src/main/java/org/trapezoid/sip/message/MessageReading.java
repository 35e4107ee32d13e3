// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.header.CSeq;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.Uri;

/**
 * The reading of one message from left to right. Confined to one thread. The first problem decides the verdict; reading
 * goes on behind it so that a malformed request can be answered with the headers it has.
 */
final class MessageReading {
    private static final int VERSION_LENGTH = 7;
    static final int UNKNOWN = -1;
    private static final Limits UNLIMITED = new Limits(
            Integer.MAX_VALUE,
            Headers.MAX_OFFSET,
            Headers.MAX_OFFSET,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE,
            Integer.MAX_VALUE);

    private final Limits limits;
    private final byte[] b;
    private final boolean framed;
    private final Headers headers;

    private int status;
    private @Nullable String problem;

    private int startLength;
    private @Nullable Method method;
    private int responseStatus = UNKNOWN;

    private int bodyStart;
    private int contentLength = UNKNOWN;
    private int vias;
    private int froms;
    private int tos;
    private int callIds;
    private int cseqs;
    private int maxForwards;
    private int contentLengths;

    MessageReading(Limits limits, byte[] bytes, boolean framed) {
        this.limits = limits;
        this.b = bytes;
        this.framed = framed;
        this.headers = new Headers(bytes, 18);
    }

    static int skipLineEnds(byte[] b, int from, int to) {
        int i = from;
        while (i < to && (b[i] == '\r' || b[i] == '\n')) {
            i++;
        }
        return i;
    }

    /** The header fields behind the start line of a message that was a message before. */
    static Headers headers(byte[] bytes, int startLength) {
        MessageReading reading = new MessageReading(UNLIMITED, bytes, false);
        reading.readHeaders(startLength);
        return reading.headers.share();
    }

    /** Reads start line and header fields. */
    void readHead() {
        int end = lineEnd(0);
        startLength = end < 0 ? b.length : end + 2;
        try {
            readStartLine(end < 0 ? b.length : end);
        } catch (SyntaxException e) {
            fail(400, e.getMessage());
        }
        bodyStart = readHeaders(startLength);
        checkPresence();
    }

    /** Whether the end of the message is known: there is one Content-Length, it is a number and not beyond the limit. */
    boolean isFramed() {
        return contentLengths == 1 && contentLength >= 0 && contentLength <= limits.body();
    }

    /** {@link #UNKNOWN} if there is none. */
    int contentLength() {
        return contentLength;
    }

    /** The verdict if the body is what follows the header fields. */
    ParseResult result() {
        return result(b, bodyStart, b.length - bodyStart);
    }

    ParseResult result(byte[] content, int from, int available) {
        if (framed && contentLengths == 0) {
            fail(400, "Content-Length is missing");
        }
        if (contentLength > limits.body() || (contentLength == UNKNOWN && available > limits.body())) {
            fail(413, "body longer than " + limits.body());
        } else if (contentLength > available) {
            fail(400, "body shorter than Content-Length");
        }
        if (problem != null) {
            return new Malformed(status, problem, answer(), framed && !isFramed());
        }
        int bodyLength = contentLength == UNKNOWN ? available : contentLength;
        Message message = method != null
                ? new Request(method, b, startLength, headers.share(), content, from, bodyLength)
                : new Response(responseStatus, b, startLength, headers.share(), content, from, bodyLength);
        return new ParseResult.Parsed(message);
    }

    /** The verdict if there will be no end: what was read so far is answered. */
    Malformed abandoned(int withStatus, String because) {
        problem = null;
        fail(withStatus, because);
        return new Malformed(withStatus, because, answer(), true);
    }

    private void fail(int withStatus, @Nullable String because) {
        if (problem == null) {
            status = withStatus;
            problem = because == null ? "malformed" : because;
        }
    }

    /** The position of the CR of the next CRLF, or -1. */
    private int lineEnd(int from) {
        int i = Grammar.skipToLineEnd(b, from, b.length);
        while (i + 1 < b.length) {
            if (b[i] == '\r' && b[i + 1] == '\n') {
                return i;
            }
            i = Grammar.skipToLineEnd(b, i + 1, b.length);
        }
        return -1;
    }

    // --- the start line

    private void readStartLine(int end) {
        if (end > limits.line()) {
            fail(414, "start line too long");
        }
        if (Grammar.skipToLineEnd(b, 0, end) < end) {
            throw new SyntaxException("CR or LF inside the start line");
        }
        if (end > 4 && Grammar.equalsIgnoreCase(b, 0, 4, "SIP/")) {
            readStatusLine(end);
        } else {
            readRequestLine(end);
        }
    }

    private void readStatusLine(int end) {
        boolean shaped = end >= VERSION_LENGTH + 4
                && Grammar.equalsIgnoreCase(b, 0, VERSION_LENGTH, "SIP/2.0")
                && b[VERSION_LENGTH] == ' '
                && (end == VERSION_LENGTH + 4 || b[VERSION_LENGTH + 4] == ' ');
        if (!shaped) {
            throw SyntaxException.expected("status line", b, 0, end);
        }
        responseStatus = (int) Grammar.number(b, VERSION_LENGTH + 1, VERSION_LENGTH + 4, 699, "status code");
        if (responseStatus < 100) {
            throw SyntaxException.expected("status code of at least 100", b, 0, end);
        }
    }

    private void readRequestLine(int end) {
        int methodEnd = Grammar.token(b, 0, end, "method");
        method = Method.of(b, 0, methodEnd);
        int uriEnd = Grammar.indexOf(b, Math.min(methodEnd + 1, end), end, ' ');
        if (methodEnd >= end || b[methodEnd] != ' ' || uriEnd < 0) {
            throw SyntaxException.expected("request line", b, 0, end);
        }
        checkVersion(uriEnd + 1, end);
        if (uriEnd - methodEnd - 1 > limits.uri()) {
            fail(414, "Request-URI too long");
            return;
        }
        int colon = Uri.check(b, methodEnd + 1, uriEnd);
        boolean sip = Grammar.equalsIgnoreCase(b, methodEnd + 1, colon, "sip")
                || Grammar.equalsIgnoreCase(b, methodEnd + 1, colon, "sips");
        int host = Math.max(colon, Grammar.indexOf(b, colon, uriEnd, '@'));
        if (sip && Grammar.indexOf(b, host, uriEnd, '?') >= 0) { // RFC 3261 §19.1.1, table 1
            throw SyntaxException.expected("Request-URI without headers", b, methodEnd + 1, uriEnd);
        }
    }

    private void checkVersion(int from, int end) {
        if (Grammar.equalsIgnoreCase(b, from, end, "SIP/2.0")) {
            b[from] = 'S'; // RFC 3261 §7.1: case-insensitive, but sent in upper case
            b[from + 1] = 'I';
            b[from + 2] = 'P';
            return;
        }
        int dot = Grammar.indexOf(b, from, end, '.');
        boolean version = end - from > 4 && Grammar.equalsIgnoreCase(b, from, from + 4, "SIP/") && dot > from + 4;
        if (version && isDigits(from + 4, dot) && isDigits(dot + 1, end)) {
            fail(505, "SIP version other than 2.0");
        } else {
            throw SyntaxException.expected("SIP version", b, from, end);
        }
    }

    private boolean isDigits(int from, int to) {
        for (int i = from; i < to; i++) {
            if (!Grammar.isDigit(b[i])) {
                return false;
            }
        }
        return to > from;
    }

    // --- the header fields

    /** Reads the lines up to the empty one; returns where the body starts. */
    private int readHeaders(int from) {
        int i = from;
        while (i < b.length) {
            if (b[i] == '\r' && i + 1 < b.length && b[i + 1] == '\n') {
                if (i - from > limits.headerBlock()) {
                    fail(513, "header block too long");
                }
                return i + 2;
            }
            if (headers.size() >= limits.headers()) {
                fail(513, "too many header fields");
                return b.length;
            }
            i = readLine(i);
        }
        fail(400, "no empty line behind the header fields");
        return b.length;
    }

    private int readLine(int from) {
        int colon = Grammar.skip(b, from, b.length, Grammar.TOKEN);
        int nameEnd = colon;
        colon = Grammar.skipLws(b, colon, b.length);
        if (nameEnd == from || colon >= b.length || b[colon] != ':') {
            fail(400, "header field without a name");
            int end = lineEnd(from);
            return end < 0 ? b.length : end + 2;
        }
        int value = Grammar.skipLws(b, colon + 1, b.length);
        boolean folded = false;
        int end = value;
        while (true) {
            end = Grammar.skipToLineEnd(b, end, b.length);
            if (end + 1 >= b.length || b[end] != '\r' || b[end + 1] != '\n') {
                fail(400, "CR or LF inside a header field");
                int next = lineEnd(end);
                return next < 0 ? b.length : next + 2;
            }
            if (end + 2 >= b.length || !Grammar.isLws(b[end + 2])) {
                break;
            }
            folded = true;
            end += 2;
        }
        if (end - from > limits.line()) {
            fail(513, "header field too long");
        } else {
            HeaderName name = HeaderName.of(b, from, nameEnd);
            headers.append(name, from, value, end, folded);
            if (folded) {
                byte[] unfolded = Headers.unfold(b, value, end);
                check(name, unfolded, 0, unfolded.length);
            } else {
                check(name, b, value, Grammar.trimEnd(b, value, end));
            }
        }
        return end + 2;
    }

    private void check(HeaderName name, byte[] bytes, int from, int to) {
        try {
            if (name.equals(HeaderName.VIA)) {
                checkVias(bytes, from, to);
            } else if (name.equals(HeaderName.FROM)) {
                froms++;
                checkParty(bytes, from, to);
            } else if (name.equals(HeaderName.TO)) {
                tos++;
                checkParty(bytes, from, to);
            } else if (name.equals(HeaderName.CALL_ID)) {
                callIds++;
                checkCallId(bytes, from, to);
            } else if (name.equals(HeaderName.CSEQ)) {
                cseqs++;
                checkCSeq(bytes, from, to);
            } else if (name.equals(HeaderName.MAX_FORWARDS)) {
                maxForwards++;
                Grammar.number(bytes, from, to, 255, "number");
            } else if (name.equals(HeaderName.CONTENT_LENGTH)) {
                contentLengths++;
                contentLength = (int) Grammar.number(bytes, from, to, Integer.MAX_VALUE, "number");
            } else if (name.equals(HeaderName.ROUTE)) {
                checkRoutes(bytes, from, to);
            }
        } catch (SyntaxException e) {
            fail(400, name + ": " + e.getMessage());
        }
    }

    private void checkParameterCount(byte[] bytes, int from, int to) {
        if (to - from <= 2 * limits.parameters()) {
            return;
        }
        int count = 0;
        for (int i = from; i < to; i++) {
            count += bytes[i] == ';' ? 1 : 0;
        }
        if (count > limits.parameters()) {
            throw new SyntaxException("more than " + limits.parameters() + " parameters");
        }
    }

    private void checkVias(byte[] bytes, int from, int to) {
        checkParameterCount(bytes, from, to);
        int start = from;
        while (start <= to) {
            start = Via.checkFirst(bytes, start, to) + 1;
            vias++;
        }
    }

    private void checkRoutes(byte[] bytes, int from, int to) {
        checkParameterCount(bytes, from, to);
        int start = from;
        while (start <= to) {
            int end = Grammar.listValue(bytes, start, to);
            NameAddr.check(bytes, start, end);
            start = end + 1;
        }
    }

    private void checkParty(byte[] bytes, int from, int to) {
        checkParameterCount(bytes, from, to);
        int parameters = NameAddr.check(bytes, from, to);
        int tag = Parameters.findHeader(bytes, parameters, to, "tag");
        if (tag < 0) {
            return;
        }
        int end = Grammar.skip(bytes, tag, to, Grammar.VALUE);
        if (end == tag || Parameters.findHeader(bytes, end, to, "tag") >= 0) {
            throw new SyntaxException("one tag with a value expected"); // peers would disagree which is the dialog's
        }
    }

    private static void checkCallId(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] <= ' ' || bytes[i] == 0x7f) {
                throw SyntaxException.expected("word", bytes, i, to);
            }
        }
        if (from == to) {
            throw new SyntaxException("empty");
        }
    }

    private void checkCSeq(byte[] bytes, int from, int to) {
        CSeq.number(bytes, from, to);
        int start = CSeq.methodStart(bytes, from, to);
        if (method != null && !method.matches(bytes, start, to)) {
            throw new SyntaxException("another method than the request line");
        }
    }

    private void checkPresence() {
        requireOne(vias == 0 ? 0 : 1, HeaderName.VIA);
        requireOne(froms, HeaderName.FROM);
        requireOne(tos, HeaderName.TO);
        requireOne(callIds, HeaderName.CALL_ID);
        requireOne(cseqs, HeaderName.CSEQ);
        if (maxForwards > 1 || contentLengths > 1) {
            fail(400, "more than one Max-Forwards or Content-Length");
        }
        if (vias > limits.vias()) {
            fail(400, "more than " + limits.vias() + " Via values");
        }
    }

    private void requireOne(int count, HeaderName name) {
        if (count != 1) {
            fail(400, count == 0 ? name + " is missing" : "more than one " + name);
        }
    }

    // --- the answer to what is malformed

    private @Nullable Response answer() {
        Method known = method;
        int via = headers.indexOf(HeaderName.VIA, 0);
        if (known == null || known.equals(Method.ACK) || via < 0) {
            return null;
        }
        if (!hasGoodVia(via) && !salvageVia(via)) {
            return null; // nobody to send it to
        }
        Response.Builder answer = Response.to(headers, status, Response.defaultReason(status));
        try {
            answer.toTag(Integer.toHexString(headers.hashOfBytes()));
        } catch (SyntaxException e) {
            return answer.build(); // the To header itself is malformed: it goes back as it came
        }
        return answer.build();
    }

    private boolean hasGoodVia(int via) {
        try {
            return headers.read(via, Via::checkFirst) > 0;
        } catch (SyntaxException e) {
            return false;
        }
    }

    private boolean salvageVia(int via) {
        try {
            headers.replace(via, headers.read(via, Via::salvage).toString());
            return true;
        } catch (SyntaxException e) {
            return false;
        }
    }
}
