// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.b2bua;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** A call between a phone that has only IPv4 and one that has only IPv6: each talks to an address of its own kind. */
class IpFamilyTest {

    private static final byte[] OFFER = "v=0 offer".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = "v=0 answer".getBytes(StandardCharsets.US_ASCII);

    private final TestServer server = new TestServer(
            TestServer.HOST,
            clock -> Map.of(
                    LocationService.class,
                    new LocationTable(clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1))));

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @Rfc(value = 6157, section = "3")
    void aCallIsMadeHeldResumedAndEnded(boolean from6) throws Exception {
        server.deploy(
                "b2bua",
                Map.of("domains", "a.test", "relay", "true"),
                new ForwardingServlet(),
                ForwardingServlet.class);
        Peer alice = from6 ? server.peer6("alice") : server.peer("alice");
        Peer bob = from6 ? server.peer("bob") : server.peer6("bob");

        Request invite = alice.send(described(alice.request(Method.INVITE, bob.contact()), OFFER));
        Request leg = bob.nextRequest(Method.INVITE);
        Response answer = bob.send(described(bob.answer(leg, 200), ANSWER));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);

        alice.send(described(alice.inDialog(Method.INVITE, invite, success, 2), OFFER));
        bob.send(described(bob.answer(bob.nextRequest(Method.INVITE), 200), ANSWER));
        assertThat(alice.nextResponse(200).body()).isEqualTo(ANSWER);
        alice.send(alice.inDialog(Method.ACK, invite, success, 2));
        bob.nextRequest(Method.ACK);

        bob.send(described(bob.fromCallee(Method.INVITE, leg, answer, 1), OFFER));
        alice.send(described(alice.answer(alice.nextRequest(Method.INVITE), 200), ANSWER));
        assertThat(bob.nextResponse(200).body()).isEqualTo(ANSWER);
        bob.send(bob.fromCallee(Method.ACK, leg, answer, 1));
        alice.nextRequest(Method.ACK);

        if (from6) {
            bob.send(bob.fromCallee(Method.BYE, leg, answer, 2));
            bob.nextResponse(200);
            alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));
        } else {
            alice.send(alice.inDialog(Method.BYE, invite, success, 3));
            alice.nextResponse(200);
            bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        }

        assertThat(contact(leg)).isEqualTo(from6 ? TestServer.HOST : TestServer.HOST6);
        assertThat(contact(success)).isEqualTo(from6 ? TestServer.HOST6 : TestServer.HOST);
        server.assertEnded();
    }

    private static Request.Builder described(Request.Builder request, byte[] body) {
        return request.add(HeaderName.CONTENT_TYPE, "application/sdp").body(body);
    }

    private static Response.Builder described(Response.Builder response, byte[] body) {
        return response.add(HeaderName.CONTENT_TYPE, "application/sdp").body(body);
    }

    private static String contact(Message message) {
        NameAddr contact =
                NameAddr.parse(message.headers().first(HeaderName.CONTACT).orElseThrow());
        return ((org.trapezoid.sip.uri.SipUri) contact.uri()).host();
    }
}
