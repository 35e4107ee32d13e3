// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a byte stream into messages by their Content-Length, RFC 3261 §18.3. Confined to the reader of its connection.
 * Append what was read, then take results until there is none. Memory grows with what arrived, never with what is announced.
 */
public final class StreamFramer {
    private static final int INITIAL_CAPACITY = 2048;
    private static final int KEPT_CAPACITY = 64 * 1024;
    private static final byte[] NO_BODY = new byte[0];

    private final MessageParser parser;
    private final Limits limits;
    private byte[] buffer = new byte[INITIAL_CAPACITY];
    private int start;
    private int end;
    /** Where the search for the empty line goes on. */
    private int scanned;

    private @Nullable MessageReading head;
    private boolean broken;

    public StreamFramer(MessageParser parser, Limits limits) {
        this.parser = parser;
        this.limits = limits;
    }

    /** Takes all bytes. */
    public void append(ByteBuffer bytes) {
        int length = bytes.remaining();
        if (broken) {
            bytes.position(bytes.limit());
            return;
        }
        makeRoom(length);
        bytes.get(buffer, end, length);
        end += length;
    }

    private void makeRoom(int length) {
        int used = end - start;
        if (end + length <= buffer.length) {
            return;
        }
        boolean shrink = buffer.length > KEPT_CAPACITY && used + length <= KEPT_CAPACITY;
        int capacity = used + length <= buffer.length && !shrink
                ? buffer.length
                : Math.max(INITIAL_CAPACITY, (used + length) * 2);
        byte[] target = capacity == buffer.length ? buffer : new byte[capacity];
        System.arraycopy(buffer, start, target, 0, used);
        buffer = target;
        scanned -= start;
        start = 0;
        end = used;
    }

    /** The next message, keep-alive or problem, if it is complete; nothing any more after one that closes the connection. */
    public Optional<ParseResult> next() {
        if (broken) {
            return Optional.empty();
        }
        if (head == null) {
            if (skipLineEnds()) {
                return Optional.of(ParseResult.KeepAlive.PING);
            }
            Optional<ParseResult> problem = readHead();
            if (problem.isPresent() || head == null) {
                return problem;
            }
        }
        return readBody(head);
    }

    /** Line ends before a message are ignored (RFC 3261 §7.5); two of them are a ping (RFC 5626 §3.5.1). */
    private boolean skipLineEnds() {
        while (isLineEnd(start)) {
            if (isLineEnd(start + 2)) {
                consume(4);
                return true;
            }
            boolean undecided = end - start == 2 || (end - start == 3 && buffer[start + 2] == '\r');
            if (undecided) {
                return false;
            }
            consume(2);
        }
        return false;
    }

    private boolean isLineEnd(int at) {
        return at + 1 < end && buffer[at] == '\r' && buffer[at + 1] == '\n';
    }

    private void consume(int length) {
        start += length;
        scanned = start;
        if (start == end) {
            start = 0;
            end = 0;
            scanned = 0;
            if (buffer.length > KEPT_CAPACITY) {
                buffer = new byte[INITIAL_CAPACITY];
            }
        }
    }

    private Optional<ParseResult> readHead() {
        if (isLineEnd(start)) {
            return Optional.empty(); // half a ping
        }
        int bodyStart = findBody();
        int length = (bodyStart < 0 ? end : bodyStart) - start;
        if (length > limits.headerBlock()) {
            byte[] bytes = Arrays.copyOfRange(buffer, start, start + limits.headerBlock());
            return fatal(parser.readHead(bytes).abandoned(513, "header block longer than " + limits.headerBlock()));
        }
        if (bodyStart < 0) {
            return Optional.empty();
        }
        MessageReading reading = parser.readHead(Arrays.copyOfRange(buffer, start, bodyStart));
        consume(length);
        if (!reading.isFramed()) {
            return fatal(reading.result(NO_BODY, 0, 0));
        }
        head = reading;
        return Optional.empty();
    }

    /** The position behind the empty line, or -1. */
    private int findBody() {
        int i = Math.max(start, scanned);
        while (i + 3 < end) {
            if (buffer[i] == '\r' && buffer[i + 1] == '\n' && buffer[i + 2] == '\r' && buffer[i + 3] == '\n') {
                return i + 4;
            }
            i++;
        }
        scanned = i;
        return -1;
    }

    private Optional<ParseResult> fatal(ParseResult result) {
        broken = true;
        buffer = NO_BODY;
        start = 0;
        end = 0;
        return Optional.of(result);
    }

    private Optional<ParseResult> readBody(MessageReading reading) {
        int length = reading.contentLength();
        if (end - start < length) {
            return Optional.empty();
        }
        byte[] body = length == 0 ? NO_BODY : Arrays.copyOfRange(buffer, start, start + length);
        head = null;
        consume(length);
        return Optional.of(reading.result(body, 0, length));
    }

    /** Whether a message has begun and its header fields are not complete. */
    public boolean isInHeader() {
        return head == null && end > start && !isLineEnd(start);
    }

    /** Whether header fields are complete and the body is not. */
    public boolean isInBody() {
        return head != null;
    }
}
