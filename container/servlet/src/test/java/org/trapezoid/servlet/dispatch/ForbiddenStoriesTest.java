// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.uri.AddressRange;
import org.trapezoid.sip.uri.ForbiddenRanges;

/** Messages from outside lead nowhere into a forbidden network, and nothing leads to ourselves. */
class ForbiddenStoriesTest {
    private static final String INSIDE = "sip:admin@10.0.0.1:8080";

    private final TestServer server = TestServer.forbidding(ForbiddenRanges.of(List.of(
            new ForbiddenRanges.Forbidden(AddressRange.parse("10.0.0.0/8"), List.of(AddressRange.parse("10.0.0.5"))))));
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("app", app, ScriptedServlet.class);
    }

    @AfterEach
    void nothingWentInside() {
        assertThat(server.udp.sent()).noneMatch(ForbiddenStoriesTest::isInside);
        assertThat(server.tcp.sent()).noneMatch(ForbiddenStoriesTest::isInside);
        app.assertUnharmed();
    }

    private static boolean isInside(FakeTransport.Sent sent) {
        String host = sent.peer().getAddress().getHostAddress();
        return host.startsWith("10.") && !host.equals("10.0.0.5");
    }

    private void proxies() {
        app.on("INVITE", request -> request.getProxy().proxyTo(request.getRequestURI()));
        app.on("OPTIONS", request -> request.getProxy().proxyTo(request.getRequestURI()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                INSIDE,
                "sip:admin@10.255.255.255",
                "sip:admin@10.0.0.1;transport=tcp",
            })
    void aRequestUriFromOutsideLeadsNowhereInside(String uri) {
        proxies();

        alice.send(alice.request(Method.OPTIONS, uri));

        alice.nextResponse(403);
        server.assertEnded();
    }

    @Test
    void aRouteFromOutsideLeadsNowhereInside() {
        proxies();

        alice.send(alice.request(Method.OPTIONS, "sip:carol@c.test")
                .add(HeaderName.ROUTE, "<sip:192.0.2.1;lr>")
                .add(HeaderName.ROUTE, "<sip:10.0.0.1:22;lr>"));

        alice.nextResponse(403);
        server.assertEnded();
    }

    @Test
    void anExemptAddressIsReached() {
        proxies();

        alice.send(alice.request(Method.OPTIONS, "sip:trunk@10.0.0.5"));

        assertThat(server.udp.sentTo(new InetSocketAddress("10.0.0.5", 5060))).hasSize(1);
    }

    @Test
    void aRedirectionFromOutsideLeadsNowhereInside() {
        app.on("OPTIONS", request -> {
            request.getProxy().setRecurse(true);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });

        alice.send(alice.request(Method.OPTIONS, "sip:bob@a.test"));
        Request atBob = bob.nextRequest(Method.OPTIONS);
        bob.send(bob.answer(atBob, 302).set(HeaderName.CONTACT, "<" + INSIDE + ">"));

        assertThat(((Response) alice.next()).status()).isBetween(400, 499);
        server.assertEnded();
    }

    @Test
    void aB2buaLinksNothingInside() {
        app.on("INVITE", request -> {
            var leg = request.getB2buaHelper().createRequest(request, true, null);
            leg.setRequestURI(app.uri(INSIDE));
            leg.send();
        });
        app.onResponse(response -> response.getRequest()
                .getB2buaHelper()
                .getLinkedSipServletRequest(response.getRequest())
                .createResponse(response.getStatus())
                .send());

        alice.send(alice.request(Method.INVITE, "sip:who@a.test"));
        Response failure = alice.nextResponse(403);
        alice.send(alice.request(Method.ACK, "sip:who@a.test")
                .set(HeaderName.TO, failure.to().toString()));

        assertThat(app.seen).contains("403 INVITE");
    }

    @Test
    void aByeGoesToNoContactInside() {
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("ACK", request -> request.getSession().createRequest("BYE").send());

        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:app@a.test").set(HeaderName.CONTACT, "<" + INSIDE + ">"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        server.advance(Duration.ofSeconds(40));

        assertThat(app.seen).contains("403 BYE");
        assertThat(alice.rest()).isEmpty();
    }

    @Test
    void aCallOfOurOwnIsAcknowledgedToNoContactInside() {
        var request = app.request("INVITE", bob);
        app.onResponse(response -> response.createAck().send());
        send(request);

        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 200).set(HeaderName.CONTACT, "<" + INSIDE + ">"));

        assertThat(app.seen).contains("200 INVITE");
        assertThat(bob.rest()).isEmpty();
    }

    private static void send(jakarta.servlet.sip.SipServletRequest request) {
        try {
            request.send();
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatAnApplicationAsksForItselfIsFree() {
        var request = app.request("OPTIONS", bob);
        request.setRequestURI(app.uri("sip:x@10.0.0.5"));
        send(request);

        assertThat(server.udp.sentTo(new InetSocketAddress("10.0.0.5", 5060))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sip:x@255.255.255.255",
                "sip:x@224.0.1.75",
                "sip:x@0.0.0.0",
                "sip:x@198.51.100.1:19",
                "sip:x@[::]"
            })
    void nothingIsSentWhereNobodyIsASinglePeer(String uri) {
        proxies();

        alice.send(alice.request(Method.OPTIONS, uri));

        assertThat(((Response) alice.next()).status()).isBetween(400, 599);
        assertThat(server.udp.sent()).allMatch(sent -> sent.peer().equals(alice.address()));
        server.assertEnded();
    }

    @Test
    void aNameOfOursThatWeDoNotKnowLeadsToNoLoop() {
        proxies();

        alice.send(alice.request(Method.OPTIONS, "sip:x@[::ffff:192.0.2.1]")); // our address, none of our names

        alice.nextResponse(482);
        assertThat(server.udp.sent()).allMatch(sent -> sent.peer().equals(alice.address()));
        server.assertEnded();
    }
}
