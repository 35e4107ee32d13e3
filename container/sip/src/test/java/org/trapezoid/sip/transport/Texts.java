// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StreamFramer;

/** Messages of the tests. Stateless. */
final class Texts {

    private Texts() {}

    static String options(String via, String callId) {
        return crlf("""
                OPTIONS sip:server@example.com SIP/2.0
                Via: %s
                Max-Forwards: 70
                From: <sip:alice@example.com>;tag=a1
                To: <sip:server@example.com>
                Call-ID: %s
                CSeq: 1 OPTIONS
                Content-Length: 0

                """.formatted(via, callId));
    }

    static String options(String callId) {
        return options("SIP/2.0/UDP client.example.com;branch=z9hG4bK" + callId, callId);
    }

    static Request request(String via, String callId) {
        return (Request) parsed(options(via, callId));
    }

    static Request request(String callId) {
        return (Request) parsed(options(callId));
    }

    static Response ok(String via) {
        return Response.to(request(via, "ok"), 200).build();
    }

    /** A request with a body of so many bytes. */
    static Request withBody(String callId, int length) {
        return request(callId).toBuilder().body(new byte[length]).build();
    }

    static ParseResult parse(String text) {
        byte[] bytes = bytes(text);
        return new MessageParser(Limits.DEFAULT).parseDatagram(bytes, 0, bytes.length);
    }

    /** The first thing a stream's framer finds. */
    static ParseResult framed(String text) {
        StreamFramer framer = new StreamFramer(new MessageParser(Limits.DEFAULT), Limits.DEFAULT);
        framer.append(ByteBuffer.wrap(bytes(text)));
        return framer.next().orElseThrow();
    }

    private static Object parsed(String text) {
        return ((ParseResult.Parsed) parse(text)).message();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String crlf(String text) {
        return text.replace("\n", "\r\n");
    }
}
