// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.snapshot;

import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.uri.ForbiddenRanges;

/** Reads messages that were written down as they go over the wire. Stateless. */
public final class Messages {
    private static final String NO_BRANCH = Via.MAGIC_COOKIE + "none";
    private static final String NO_VIA = "SIP/2.0/UDP none.invalid;branch=" + NO_BRANCH;

    /** They have passed the limits of the node that took them. */
    private static final MessageParser PARSER = new MessageParser(Limits.DEFAULT.relayed());

    /** So much higher than that of a request is the number of the field that says where nothing may be sent on behalf of it. */
    private static final int FORBIDDEN = 1000;

    private Messages() {}

    /** Writes a request that may give rise to others, with what holds for these too. */
    public static void write(FieldWriter out, int field, Request request) {
        out.bytes(field, bytes(request))
                .texts(FORBIDDEN + field, request.forbidden().texts());
    }

    /** @throws SnapshotException if none was written */
    public static Request request(FieldReader in, int field) {
        return restricted(request(in.requiredBytes(field)), in, field);
    }

    /** The same, empty if none was written. */
    public static Optional<Request> ifRequest(FieldReader in, int field) {
        return in.bytes(field).map(bytes -> restricted(request(bytes), in, field));
    }

    private static Request restricted(Request request, FieldReader in, int field) {
        List<String> forbidden = in.texts(FORBIDDEN + field);
        return forbidden.isEmpty()
                ? request
                : request.toBuilder().forbid(ForbiddenRanges.parse(forbidden)).build();
    }

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
