// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.nio.charset.StandardCharsets;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;

/** Messages from text, and the two requests most tests begin with. Stateless. */
final class Texts {
    static final String BRANCH = "z9hG4bKnashds8";

    private Texts() {}

    static Request request(String text) {
        byte[] bytes = (text.stripTrailing() + "\n\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        ParseResult result = new MessageParser(Limits.DEFAULT).parseDatagram(bytes, 0, bytes.length);
        if (result instanceof ParseResult.Parsed parsed && parsed.message() instanceof Request request) {
            return request;
        }
        throw new IllegalArgumentException("test request does not parse: " + result + "\n" + text);
    }

    /** As a peer's transaction sends it. */
    static Request received(String method) {
        return received(method, BRANCH, "192.0.2.1:5060");
    }

    static Request received(String method, String branch, String sentBy) {
        return request("""
                %s sip:bob@example.com SIP/2.0
                Via: SIP/2.0/UDP %s;branch=%s
                Max-Forwards: 70
                From: Alice <sip:alice@example.org>;tag=88sja8x
                To: Bob <sip:bob@example.com>
                Call-ID: 987asjd97y7atg
                CSeq: 986759 %s
                Content-Length: 0
                """.formatted(method, sentBy, branch, method));
    }

    /** As a peer that follows RFC 2543 sends it: a branch without the cookie. */
    static Request received2543(String method, String toParameters) {
        return request("""
                %s sip:bob@example.com SIP/2.0
                Via: SIP/2.0/UDP 192.0.2.1:5060;branch=1
                From: Alice <sip:alice@example.org>;tag=88sja8x
                To: Bob <sip:bob@example.com>%s
                Call-ID: 987asjd97y7atg
                CSeq: 986759 %s
                Content-Length: 0
                """.formatted(method, toParameters, method));
    }

    /** As our transaction user hands it over: without our Via. */
    static Request outgoing(String method) {
        return request("""
                %s sip:bob@192.0.2.9 SIP/2.0
                Via: SIP/2.0/UDP placeholder
                Max-Forwards: 69
                Route: <sip:192.0.2.8;lr>, <sip:192.0.2.7;lr>
                From: Alice <sip:alice@example.org>;tag=88sja8x
                To: Bob <sip:bob@example.com>
                Require: 100rel
                Call-ID: 987asjd97y7atg
                CSeq: 314 %s
                Content-Length: 0
                """.formatted(method, method)).toBuilder()
                .remove(HeaderName.VIA)
                .build();
    }
}
