// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.util.Arrays;

/** Parses messages, RFC 3261 §7, and gives verdicts; never throws whatever the bytes are. Immutable and thread-safe. */
public final class MessageParser {
    private final Limits limits;

    public MessageParser(Limits limits) {
        this.limits = limits;
    }

    /** One datagram; what is kept of it is copied. Bytes beyond Content-Length are dropped (RFC 3261 §18.3). */
    public ParseResult parseDatagram(byte[] buf, int off, int len) {
        int start = MessageReading.skipLineEnds(buf, off, off + len);
        if (start == off + len) {
            return ParseResult.KeepAlive.PING;
        }
        if (len > limits.datagram()) {
            return readHead(Arrays.copyOfRange(buf, start, off + len))
                    .abandoned(513, "datagram longer than " + limits.datagram());
        }
        return result(Arrays.copyOfRange(buf, start, off + len), false);
    }

    private ParseResult result(byte[] bytes, boolean framed) {
        MessageReading reading = new MessageReading(limits, bytes, framed);
        reading.readHead();
        return reading.result();
    }

    /** Reads the head of a message whose body comes later. */
    MessageReading readHead(byte[] head) {
        MessageReading reading = new MessageReading(limits, head, true);
        reading.readHead();
        return reading;
    }
}
