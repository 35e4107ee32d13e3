// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.snapshot;

import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Reads messages that were written down as they go over the wire. Stateless. */
public final class Messages {
    private static final int MUCH = 1 << 20; // they have passed the limits of the node that took them

    private static final MessageParser PARSER =
            new MessageParser(new Limits(2 * MUCH, MUCH, MUCH, MUCH, MUCH, MUCH, MUCH, MUCH));

    private Messages() {}

    /** @throws SnapshotException if it is none */
    public static Request request(byte[] bytes) {
        if (message(bytes) instanceof Request request) {
            return request;
        }
        throw new SnapshotException("a response stands where a request is expected");
    }

    /** @throws SnapshotException if it is none */
    public static Response response(byte[] bytes) {
        if (message(bytes) instanceof Response response) {
            return response;
        }
        throw new SnapshotException("a request stands where a response is expected");
    }

    /** @throws SnapshotException if it is none */
    public static Message message(byte[] bytes) {
        if (PARSER.parseDatagram(bytes, 0, bytes.length) instanceof ParseResult.Parsed parsed) {
            return parsed.message();
        }
        throw new SnapshotException("a message of " + bytes.length + " bytes cannot be read");
    }
}
