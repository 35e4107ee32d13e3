// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.snapshot;

import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Reads messages that were written down as they go over the wire. Stateless. */
public final class Messages {
    private static final String NO_BRANCH = Via.MAGIC_COOKIE + "none";
    private static final String NO_VIA = "SIP/2.0/UDP none.invalid;branch=" + NO_BRANCH;

    /** They have passed the limits of the node that took them. */
    private static final MessageParser PARSER = new MessageParser(Limits.DEFAULT.relayed());

    private Messages() {}

    /** A message as it goes over the wire; a request that was not sent yet has a Via that is none. */
    public static byte[] bytes(Message message) {
        return message instanceof Request request && request.viaCount() == 0
                ? request.toBuilder().add(HeaderName.VIA, NO_VIA).build().toBytes()
                : message.toBytes();
    }

    /** @throws SnapshotException if it is none */
    public static Request request(byte[] bytes) {
        if (message(bytes) instanceof Request request) {
            return request.topBranch().equals(Optional.of(NO_BRANCH))
                    ? request.toBuilder().removeFirst(HeaderName.VIA).build()
                    : request;
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
