// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.SyntaxException;

/** A response, RFC 3261 §7.2. Immutable and thread-safe. */
public final class Response extends Message {
    /** The length of {@code SIP/2.0 200}. */
    private static final int REASON_START = 11;

    private final int status;
    private @Nullable String reason;

    Response(
            int status, byte[] start, int startLength, Headers headers, byte[] content, int bodyStart, int bodyLength) {
        super(start, startLength, headers, content, bodyStart, bodyLength);
        this.status = status;
    }

    private Response(int status, byte[] bytes, int startLength, int bodyStart) {
        super(bytes, startLength, bodyStart);
        this.status = status;
    }

    /**
     * A response to a request as RFC 3261 §8.2.6.2 makes it: Via, From, To, Call-ID and CSeq as they came, the Timestamp in
     * a 100 (§8.2.6.1). The To tag is the caller's: see {@link Builder#toTag}.
     */
    public static Builder to(Request request, int status, String reason) {
        return to(request.headers(), status, reason);
    }

    public static Builder to(Request request, int status) {
        return to(request, status, defaultReason(status));
    }

    /** A 100 sent so long after its request came; a Timestamp tells how long, §8.2.6.1. */
    public static Response trying(Request request, Duration delay) {
        Builder trying = to(request, 100);
        Optional<String> timestamp = request.headers().first(HeaderName.TIMESTAMP);
        if (timestamp.isPresent()) {
            String millis = Long.toString(delay.toMillis() % 1000 + 1000).substring(1);
            trying.set(HeaderName.TIMESTAMP, timestamp.get() + ' ' + delay.toSeconds() + '.' + millis);
        }
        return trying.build();
    }

    static Builder to(Headers from, int status, String reason) {
        Headers headers = Headers.like(from, from.count(HeaderName.VIA) + 8);
        for (int i = 0; i < from.size(); i++) {
            HeaderName name = from.name(i);
            boolean copied = name.equals(HeaderName.VIA)
                    || (isOnce(name) && !headers.has(name))
                    || (name.equals(HeaderName.TIMESTAMP) && status == 100);
            if (copied) {
                headers.append(from, i);
            }
        }
        return new Builder(headers, status, reason);
    }

    private static boolean isOnce(HeaderName name) {
        return name.equals(HeaderName.FROM)
                || name.equals(HeaderName.TO)
                || name.equals(HeaderName.CALL_ID)
                || name.equals(HeaderName.CSEQ);
    }

    public static String defaultReason(int status) {
        return ReasonPhrases.of(status);
    }

    public int status() {
        return status;
    }

    public StatusClass statusClass() {
        return StatusClass.of(status);
    }

    public String reason() {
        String known = reason;
        if (known == null) {
            int end = startLength() - 2;
            known = Grammar.text(start(), Math.min(REASON_START + 1, end), end);
            reason = known;
        }
        return known;
    }

    public Builder toBuilder() {
        return new Builder(this);
    }

    /** The same in one piece, for responses that are only kept: less to hold, more work to read. */
    public Response compact() {
        int head = encodedLength() - bodyLength();
        return head > Headers.MAX_OFFSET ? this : new Response(status, toBytes(), startLength(), head);
    }

    /** Builds responses. Confined to one thread. */
    public static final class Builder extends Message.Builder<Builder> {
        private int status;
        private byte[] start;
        private int startLength;

        private Builder(Headers headers, int status, String reason) {
            super(headers);
            start = startLine(status, reason);
            startLength = start.length;
            this.status = status;
        }

        private Builder(Response response) {
            super(response);
            status = response.status;
            start = response.start();
            startLength = response.startLength();
        }

        @Override
        Builder self() {
            return this;
        }

        public Builder status(int newStatus, String reason) {
            start = startLine(newStatus, reason);
            startLength = start.length;
            status = newStatus;
            return this;
        }

        private static byte[] startLine(int status, String reason) {
            if (status < 100 || status > 699) {
                throw new IllegalArgumentException("status must be 100 to 699: " + status);
            }
            return Grammar.bytes("SIP/2.0 " + status + ' ' + Grammar.requireOneLine(reason, "reason phrase") + "\r\n");
        }

        /** Adds the tag to the To header unless it has one, RFC 3261 §8.2.6.2. */
        public Builder toTag(String tag) {
            int to = current().indexOf(HeaderName.TO, 0);
            if (to < 0 || current().read(to, NameAddr::tag).isPresent()) {
                return this; // that of a peer need not be a token
            }
            if (!Grammar.isToken(tag)) {
                throw new SyntaxException("tag must be a token");
            }
            extendFirst(HeaderName.TO, ";tag=" + tag);
            return this;
        }

        @Override
        public Response build() {
            Headers headers = finished();
            Response response = new Response(status, start, startLength, headers, content(), bodyStart(), bodyLength());
            response.forbidden(forbidden());
            response.arrival(arrival());
            return response;
        }
    }
}
