// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.header.CSeq;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.Grammar;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * A request or a response, RFC 3261 §7. Immutable and thread-safe; shares bytes with what it was parsed or built from. Typed
 * values are parsed on first use; of a parsed message they are there and well-formed, of a built one they throw
 * {@link SyntaxException} if they were left out.
 */
public abstract sealed class Message permits Request, Response {
    private final byte[] start;
    private final int startLength;
    private final @Nullable Headers headers; // null: they are read again from start each time
    private final byte[] content;
    private final int bodyStart;
    private final int bodyLength;

    private ForbiddenRanges forbidden = ForbiddenRanges.NONE; // set before it is published
    private @Nullable Arrival arrival; // the same

    private volatile byte @Nullable [] body;
    private @Nullable String callId;
    private @Nullable CSeq cseq;
    private @Nullable NameAddr from;
    private @Nullable NameAddr to;
    private @Nullable Via topVia;

    /** {@code start} begins with the start line of {@code startLength} bytes, its CRLF included. */
    Message(byte[] start, int startLength, Headers headers, byte[] content, int bodyStart, int bodyLength) {
        this.start = start;
        this.startLength = startLength;
        this.headers = headers;
        this.content = content;
        this.bodyStart = bodyStart;
        this.bodyLength = bodyLength;
    }

    /** One that is only kept: {@code bytes} is all of it. */
    Message(byte[] bytes, int startLength, int bodyStart) {
        this.start = bytes;
        this.startLength = startLength;
        this.headers = null;
        this.content = bytes;
        this.bodyStart = bodyStart;
        this.bodyLength = bytes.length - bodyStart;
    }

    public Headers headers() {
        Headers known = headers;
        return known == null ? MessageReading.headers(start, startLength) : known;
    }

    /** The body; the caller must not change it. */
    @SuppressWarnings("MutableArrayReturn")
    public byte[] body() {
        byte[] known = body;
        if (known == null) {
            known = bodyStart == 0 && bodyLength == content.length
                    ? content
                    : Arrays.copyOfRange(content, bodyStart, bodyStart + bodyLength);
            body = known;
        }
        return known;
    }

    public int bodyLength() {
        return bodyLength;
    }

    /** Where nothing may be sent on behalf of it: see {@link Builder#forbid}. */
    public ForbiddenRanges forbidden() {
        return forbidden;
    }

    void forbidden(ForbiddenRanges ranges) {
        forbidden = ranges;
    }

    /** How it came to this server, if it has passed an application since: see {@link Builder#arrived}. */
    public Optional<Arrival> arrival() {
        return Optional.ofNullable(arrival);
    }

    void arrival(@Nullable Arrival before) {
        arrival = before;
    }

    public String callId() {
        String known = callId;
        if (known == null) {
            known = headers().text(require(HeaderName.CALL_ID));
            callId = known;
        }
        return known;
    }

    public CSeq cseq() {
        CSeq known = cseq;
        if (known == null) {
            known = headers().read(require(HeaderName.CSEQ), CSeq::parse);
            cseq = known;
        }
        return known;
    }

    public NameAddr from() {
        NameAddr known = from;
        if (known == null) {
            known = headers().read(require(HeaderName.FROM), NameAddr::parse);
            from = known;
        }
        return known;
    }

    public NameAddr to() {
        NameAddr known = to;
        if (known == null) {
            known = headers().read(require(HeaderName.TO), NameAddr::parse);
            to = known;
        }
        return known;
    }

    /** The first value of the first Via. */
    public Via topVia() {
        Via known = topVia;
        if (known == null) {
            known = headers()
                    .read(
                            require(HeaderName.VIA),
                            (b, start, end) -> Via.parse(b, start, Grammar.listValue(b, start, end)));
            topVia = known;
        }
        return known;
    }

    /** How many Via values there are in all lines. */
    public int viaCount() {
        int count = 0;
        for (int i = headers().indexOf(HeaderName.VIA, 0); i >= 0; i = headers().indexOf(HeaderName.VIA, i + 1)) {
            count += headers().<Integer>read(i, Message::listSize);
        }
        return count;
    }

    private static int listSize(byte[] b, int from, int to) {
        int count = 1;
        for (int i = Grammar.listValue(b, from, to); i < to; i = Grammar.listValue(b, i + 1, to)) {
            count++;
        }
        return count;
    }

    /** The branch of the top Via, without building the whole value. */
    public Optional<String> topBranch() {
        Via known = topVia;
        int i = headers().indexOf(HeaderName.VIA, 0);
        if (known != null || i < 0) {
            return known == null ? Optional.empty() : known.branch();
        }
        return headers().read(i, Via::branch);
    }

    public Optional<String> fromTag() {
        return tag(from, HeaderName.FROM);
    }

    public Optional<String> toTag() {
        return tag(to, HeaderName.TO);
    }

    private Optional<String> tag(@Nullable NameAddr known, HeaderName name) {
        int i = headers().indexOf(name, 0);
        if (known != null || i < 0) {
            return known == null ? Optional.empty() : known.tag();
        }
        return headers().read(i, NameAddr::tag);
    }

    private int require(HeaderName name) {
        int i = headers().indexOf(name, 0);
        if (i < 0) {
            throw new SyntaxException(name + " is missing");
        }
        return i;
    }

    public int encodedLength() {
        Headers known = headers;
        return known == null ? start.length : startLength + known.encodedLength() + 2 + bodyLength;
    }

    public byte[] toBytes() {
        byte[] bytes = new byte[encodedLength()];
        writeTo(ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** Writes the whole message; the buffer must have room for {@link #encodedLength}. */
    public void writeTo(ByteBuffer out) {
        Headers known = headers;
        if (known == null) {
            out.put(start);
            return;
        }
        out.put(start, 0, startLength);
        known.writeTo(out);
        out.put((byte) '\r').put((byte) '\n');
        out.put(content, bodyStart, bodyLength);
    }

    byte[] start() {
        return start;
    }

    int startLength() {
        return startLength;
    }

    byte[] content() {
        return content;
    }

    int bodyStart() {
        return bodyStart;
    }

    /** Lets go of the typed values; they are parsed again when they are asked for. For messages that are only kept. */
    public void forget() {
        body = null;
        callId = null;
        cseq = null;
        from = null;
        to = null;
        topVia = null;
    }

    /** The whole message, for logs. */
    @Override
    public String toString() {
        byte[] bytes = toBytes();
        return Grammar.text(bytes, 0, bytes.length);
    }

    /**
     * Changes a message, or makes a new one. Confined to one thread. Values are checked for line ends only; whoever sets a
     * structured header takes the text from its value type. Content-Length is kept right by {@link #build}.
     */
    public abstract static sealed class Builder<B extends Builder<B>> permits Request.Builder, Response.Builder {
        private static final byte[] NO_BODY = new byte[0];

        private Headers headers;
        private byte[] content = NO_BODY;
        private int bodyStart;
        private int bodyLength;
        private ForbiddenRanges forbidden = ForbiddenRanges.NONE;
        private @Nullable Arrival arrival;

        Builder() {
            headers = new Headers(NO_BODY, 16);
        }

        Builder(Headers headers) {
            this.headers = headers;
        }

        Builder(Message message) {
            headers = message.headers();
            content = message.content;
            bodyStart = message.bodyStart;
            bodyLength = message.bodyLength;
            forbidden = message.forbidden;
            arrival = message.arrival;
        }

        abstract B self();

        public abstract Message build();

        /** The fields as they are now; later changes do not show in it. */
        public Headers headers() {
            return headers.share();
        }

        /** For reading at once. */
        Headers current() {
            return headers;
        }

        private Headers editable() {
            headers = headers.editable();
            return headers;
        }

        /** Replaces all fields of the name, in the place of the first; else appends. */
        public B set(HeaderName name, String value) {
            editable().set(name, value);
            return self();
        }

        /** Adds a field line behind the last of the name, else at the end. */
        public B add(HeaderName name, String value) {
            editable().add(name, value);
            return self();
        }

        /** Adds a field line before the first of the name; Via, Route and Record-Route else on top, others at the end. */
        public B addFirst(HeaderName name, String value) {
            editable().addFirst(name, value);
            return self();
        }

        /** Removes all fields of the name, whatever their spelling. */
        public B remove(HeaderName name) {
            if (headers.has(name)) {
                editable().remove(name);
            }
            return self();
        }

        /** Removes the first value, also out of a comma-separated line. */
        public B removeFirst(HeaderName name) {
            if (headers.has(name)) {
                editable().removeFirst(name);
            }
            return self();
        }

        /** Replaces the first value, also in a comma-separated line; adds it if there is none. */
        public B replaceFirst(HeaderName name, String value) {
            editable().replaceFirst(name, value);
            return self();
        }

        /** Writes the names of the fields there are now in their compact form, or in the long one (RFC 3261 §7.3.3). */
        public B spell(boolean compact) {
            finished(); // Content-Length too
            editable().spell(compact);
            return self();
        }

        /** Takes the array over; the caller must not change it any more. */
        public B body(byte[] newBody) {
            content = newBody;
            bodyStart = 0;
            bodyLength = newBody.length;
            return self();
        }

        /** Nothing may be sent there on behalf of this message, nor of what is built from it; adds to what was said before. */
        public B forbid(ForbiddenRanges ranges) {
            forbidden = forbidden.and(ranges);
            return self();
        }

        ForbiddenRanges forbidden() {
            return forbidden;
        }

        /** The applications of this server that this message, and what is built from it, passes from now on can ask how it came. */
        public B arrived(Arrival before) {
            arrival = before;
            return self();
        }

        @Nullable
        Arrival arrival() {
            return arrival;
        }

        void extendFirst(HeaderName name, String more) {
            editable().extendFirst(name, more);
        }

        Headers finished() {
            int i = headers.indexOf(HeaderName.CONTENT_LENGTH, 0);
            if (i < 0 || headers.indexOf(HeaderName.CONTENT_LENGTH, i + 1) >= 0 || !hasLength(i)) {
                editable().set(HeaderName.CONTENT_LENGTH, Integer.toString(bodyLength));
            }
            return headers.share();
        }

        private boolean hasLength(int i) {
            try {
                long length = headers.<Long>read(
                        i, (b, from, to) -> Grammar.number(b, from, to, Integer.MAX_VALUE, "Content-Length"));
                return length == bodyLength;
            } catch (SyntaxException e) {
                return false;
            }
        }

        byte[] content() {
            return content;
        }

        int bodyStart() {
            return bodyStart;
        }

        int bodyLength() {
            return bodyLength;
        }
    }
}
