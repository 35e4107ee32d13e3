// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;

/** Several applications of one server in a chain (JSR 289 §15). */
class CompositionStoriesTest {

    private static final String CHAIN = """
            ALL: ("first", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0"), \
            ("second", "DAR:To", "TERMINATING", "", "NO_ROUTE", "1")
            """;

    private final ScriptedServlet first = new ScriptedServlet();
    private final ScriptedServlet second = new ScriptedServlet();

    private static TestServer routedBy(String dar) {
        return TestServer.routedBy(dar).loopingBack();
    }

    private TestServer chain() throws Exception {
        TestServer server = routedBy(CHAIN);
        server.deploy("first", first, ScriptedServlet.class);
        server.deploy("second", second, ScriptedServlet.class);
        return server;
    }

    private static ScriptedServlet.Script<SipServletRequest> onward() {
        return request -> {
            Proxy proxy = request.getProxy();
            proxy.setRecordRoute(true);
            proxy.proxyTo(request.getRequestURI());
        };
    }

    @Test
    void aCallPassesTwoProxiesAndEndsThroughBoth() throws Exception {
        TestServer server = chain();
        Peer alice = server.peer("alice");
        Peer bob = server.peer("bob");
        first.on("INVITE", onward());
        second.on("INVITE", onward());

        Request invite = alice.send(alice.request(Method.INVITE, bob.contact()));
        Request received = bob.nextRequest(Method.INVITE);
        Response.Builder ringing = bob.answer(received, 180);
        Response.Builder answer = bob.answer(received, 200);
        received.headers().all(HeaderName.RECORD_ROUTE).forEach(value -> answer.add(HeaderName.RECORD_ROUTE, value));
        bob.send(ringing);
        Response ok = bob.send(answer);
        alice.nextResponse(180);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        bob.send(bob.fromCallee(Method.BYE, received, ok, 1));
        alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));
        bob.nextResponse(200);

        assertThat(received.viaCount()).isEqualTo(3);
        assertThat(received.maxForwards()).isEqualTo(68);
        assertThat(received.headers().values(HeaderName.RECORD_ROUTE)).hasSize(2);
        List<String> all = List.of("INVITE", "180 INVITE", "200 INVITE", "ACK", "BYE", "200 BYE");
        assertThat(first.seen).isEqualTo(all);
        assertThat(second.seen).isEqualTo(all);
        assertThat(first.requests.get(0).getRegion()).isEqualTo(SipApplicationRoutingRegion.ORIGINATING_REGION);
        assertThat(second.requests.get(0).getRegion()).isEqualTo(SipApplicationRoutingRegion.TERMINATING_REGION);
        assertThat(second.requests.get(0).getSubscriberURI()).hasToString(bob.contact());
        assertThat(second.requests.get(0).isInternallyRouted()).isTrue();
        assertThat(first.requests.get(0).isInternallyRouted()).isFalse();
        server.assertEnded();
    }

    private static ScriptedServlet.Script<SipServletRequest> asB2bua() {
        return request -> {
            request.getB2buaHelper().createRequest(request).send();
            request.createResponse(200).send();
        };
    }

    static Stream<ScriptedServlet.Script<SipServletRequest>> waysOn() {
        return Stream.of(onward(), asB2bua());
    }

    @ParameterizedTest
    @MethodSource("waysOn")
    void theRequestOfTheNetworkIsKnownBehindTheChain(ScriptedServlet.Script<SipServletRequest> on) throws Exception {
        TestServer server = chain();
        Peer alice = server.peer("alice");
        first.on("MESSAGE", on);
        second.on("MESSAGE", request -> request.createResponse(200).send());

        alice.send(alice.request(Method.MESSAGE, "sip:bob@b.test").add(HeaderName.ROUTE, "<sip:192.0.2.1;lr;line=7>"));

        alice.nextResponse(200);
        for (ScriptedServlet each : List.of(first, second)) {
            SipServletRequest request = each.requests.get(0);
            assertThat(request.getInitialRemoteAddr()).isEqualTo(alice.host());
            assertThat(request.getInitialRemotePort()).isEqualTo(alice.address().getPort());
            assertThat(request.getInitialTransport()).isEqualTo("UDP");
            assertThat(request.getInitialPoppedRoute()).hasToString("<sip:192.0.2.1;lr;line=7>");
        }
        assertThat(first.requests.get(0).getPoppedRoute()).hasToString("<sip:192.0.2.1;lr;line=7>");
        assertThat(first.requests.get(0).getRemoteAddr()).isEqualTo(alice.host());
        assertThat(second.requests.get(0).getPoppedRoute()).isNull();
        assertThat(second.requests.get(0).getRemoteAddr()).isNotEqualTo(alice.host());
    }

    /** JSR 289 §5.5: the initial addresses are the same all along the chain. */
    @Test
    void whatFollowsInADialogIsKnownBehindTheChainToo() throws Exception {
        TestServer server = chain();
        Peer alice = server.peer("alice");
        Peer bob = server.peer("bob");
        first.on("INVITE", onward());
        second.on("INVITE", onward());

        Request invite = alice.send(alice.request(Method.INVITE, bob.contact()));
        Request received = bob.nextRequest(Method.INVITE);
        Response.Builder answer = bob.answer(received, 200);
        received.headers().all(HeaderName.RECORD_ROUTE).forEach(value -> answer.add(HeaderName.RECORD_ROUTE, value));
        Response ok = bob.send(answer);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        alice.send(alice.inDialog(Method.INFO, invite, success, 2));
        bob.send(bob.answer(bob.nextRequest(Method.INFO), 200));
        alice.nextResponse(200);
        bob.send(bob.fromCallee(Method.BYE, received, ok, 1));
        alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));
        bob.nextResponse(200);

        for (ScriptedServlet each : List.of(first, second)) {
            assertThat(each.requests)
                    .extracting(SipServletRequest::getMethod)
                    .containsExactly("INVITE", "ACK", "INFO", "BYE");
            assertThat(each.requests)
                    .extracting(request -> request.getInitialRemoteAddr() + ":" + request.getInitialRemotePort() + " "
                            + request.getInitialTransport())
                    .containsExactly(from(alice), from(alice), from(alice), from(bob));
            assertThat(each.responses)
                    .extracting(response -> response.getMethod() + " " + response.getInitialRemoteAddr() + ":"
                            + response.getInitialRemotePort() + " " + response.getInitialTransport())
                    .containsExactly("INVITE " + from(bob), "INFO " + from(bob), "BYE " + from(alice));
        }
        SipServletRequest info = second.requests.get(2);
        assertThat(info.isInternallyRouted()).isTrue();
        assertThat(info.getRemoteAddr()).isEqualTo(TestServer.HOST);
        assertThat(info.getInitialPoppedRoute())
                .hasToString(first.requests.get(2).getPoppedRoute().toString());
        assertThat(info.getPoppedRoute())
                .asString()
                .isNotEqualTo(info.getInitialPoppedRoute().toString());
        assertThat(first.responses.get(0).getRemoteAddr()).isEqualTo(TestServer.HOST);
        assertThat(first.responses.get(0).isInternallyRouted()).isTrue();
        assertThat(second.responses.get(0).getRemoteAddr()).isEqualTo(bob.host());
        server.assertEnded();
    }

    private static String from(Peer peer) {
        return peer.host() + ":" + peer.address().getPort() + " UDP";
    }

    @Test
    void aUserAgentBehindTheChainKnowsWhoHungUp() throws Exception {
        TestServer server = chain();
        Peer alice = server.peer("alice");
        first.on("INVITE", onward());
        second.on("INVITE", request -> request.createResponse(200).send());
        second.on("BYE", request -> request.createResponse(200).send());

        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@192.0.2.1"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);

        assertThat(second.requests)
                .extracting(request -> request.getMethod() + " " + request.getInitialRemoteAddr())
                .containsExactly("INVITE " + alice.host(), "ACK " + alice.host(), "BYE " + alice.host());
        server.assertEnded();
    }

    @Test
    void aFailureThatWasMadeHereCameFromNobody() throws Exception {
        TestServer server = chain();
        Peer alice = server.peer("alice");
        Peer bob = server.peer("bob");
        first.on("INVITE", onward());
        second.on("INVITE", request -> {
            Proxy proxy = request.getProxy();
            proxy.setProxyTimeout(5);
            proxy.proxyTo(request.getRequestURI());
        });

        alice.send(alice.request(Method.INVITE, bob.contact()));
        server.advance(Duration.ofSeconds(6));

        assertThat(second.seen).containsExactly("INVITE", "408 INVITE");
        assertThat(second.responses.get(0).getRemoteAddr()).isNull();
        assertThat(second.responses.get(0).getRemotePort()).isEqualTo(-1);
        assertThat(second.responses.get(0).getInitialRemoteAddr()).isNull();
        assertThat(first.responses.get(0).getRemoteAddr()).isEqualTo(TestServer.HOST);
    }

    @Test
    void aRequestThatAnApplicationStartsAfreshCameFromNowhere() throws Exception {
        TestServer server = routedBy("""
                MESSAGE: ("second", "DAR:To", "TERMINATING", "", "NO_ROUTE", "0")
                INVITE: ("first", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0")
                """);
        server.deploy("first", first, ScriptedServlet.class);
        server.deploy("second", second, ScriptedServlet.class);
        Peer alice = server.peer("alice");
        first.on("INVITE", invite -> {
            first.request("MESSAGE", server.peer("bob")).send();
            invite.createResponse(486).send();
        });
        second.on("MESSAGE", request -> request.createResponse(200).send());

        alice.send(alice.request(Method.INVITE, "sip:bob@b.test"));

        SipServletRequest fresh = second.requests.get(0);
        assertThat(fresh.getInitialRemoteAddr())
                .isEqualTo(fresh.getRemoteAddr())
                .isNotEqualTo(alice.host());
        assertThat(fresh.getInitialPoppedRoute()).isNull();
    }

    @Test
    @Checklist({"C6", "C10"})
    void aCancelPassesTheChain() throws Exception {
        TestServer server = chain();
        Peer alice = server.peer("alice");
        Peer bob = server.peer("bob");
        first.on("INVITE", onward());
        second.on("INVITE", onward());

        Request invite = alice.send(alice.request(Method.INVITE, bob.contact()));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 180));
        alice.nextResponse(180);
        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));
        alice.nextResponse(200);
        bob.send(bob.answer(bob.nextRequest(Method.CANCEL), 200));
        bob.send(bob.answer(received, 487));
        bob.nextRequest(Method.ACK);
        Response terminated = alice.nextResponse(487);
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, terminated.to().toString()));

        assertThat(first.seen).containsExactly("INVITE", "180 INVITE", "CANCEL", "487 INVITE");
        assertThat(second.seen).containsExactly("INVITE", "180 INVITE", "CANCEL", "487 INVITE");
        server.assertEnded();
    }

    @Test
    void aProxyBeforeAUserAgentOfTheSameServer() throws Exception {
        TestServer server = chain();
        Peer alice = server.peer("alice");
        first.on("INVITE", onward());
        second.on("INVITE", request -> request.createResponse(200).send());
        second.on("BYE", request -> request.createResponse(200).send());

        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@192.0.2.1"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        server.advance(Duration.ofSeconds(3));
        assertThat(alice.rest()).isEmpty();
        second.requests.get(0).getSession().createRequest("INFO").send();
        server.advance(Duration.ZERO);
        Request info = alice.nextRequest(Method.INFO);
        alice.send(alice.answer(info, 200));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);

        assertThat(first.seen).containsExactly("INVITE", "200 INVITE", "ACK", "INFO", "200 INFO", "BYE", "200 BYE");
        assertThat(second.seen).containsExactly("INVITE", "ACK", "200 INFO", "BYE");
        server.assertEnded();
    }

    @Test
    void aCallerAndACalleeInOneServer() throws Exception {
        TestServer server = routedBy("""
                INVITE: ("callee", "DAR:To", "TERMINATING", "", "NO_ROUTE", "0")
                """);
        Peer nobody = server.peer("nobody");
        ScriptedServlet caller = first;
        ScriptedServlet callee = second;
        server.deploy("caller", caller, ScriptedServlet.class);
        server.deploy("callee", callee, ScriptedServlet.class);
        callee.on("INVITE", request -> {
            request.createResponse(180).send();
            request.createResponse(200).send();
        });
        callee.on("BYE", request -> request.createResponse(200).send());
        caller.onResponse(response -> {
            if (response.getStatus() == 200 && response.getMethod().equals("INVITE")) {
                response.createAck().send();
                response.getSession().createRequest("BYE").send();
            }
        });

        SipServletRequest call = caller.request("INVITE", nobody);
        call.setRequestURI(caller.uri("sip:callee@192.0.2.1"));
        call.send();
        server.advance(Duration.ZERO);

        assertThat(caller.seen).containsExactly("180 INVITE", "200 INVITE", "200 BYE");
        assertThat(callee.seen).containsExactly("INVITE", "ACK", "BYE");
        assertThat(nobody.rest()).isEmpty();
        server.assertEnded();
    }

    @Test
    void anExternalRouteIsTaken() throws Exception {
        TestServer server = routedBy("""
                ALL: ("first", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0"), \
                ("second", "DAR:From", "ORIGINATING", "sip:198.51.100.2;lr", "ROUTE", "1")
                """);
        server.deploy("first", first, ScriptedServlet.class);
        server.deploy("second", second, ScriptedServlet.class);
        Peer alice = server.peer("alice");
        Peer edge = server.peer("edge");
        first.on("OPTIONS", onward());

        alice.send(alice.request(Method.OPTIONS, "sip:bob@b.test"));
        Request routed = edge.nextRequest(Method.OPTIONS);
        edge.send(edge.answer(routed, 200));

        alice.nextResponse(200);
        assertThat(routed.headers().all(HeaderName.ROUTE)).containsExactly("<sip:198.51.100.2;lr>");
        assertThat(second.seen).isEmpty();
        server.assertEnded();
    }

    @Test
    void aRouteThatComesBackGoesOnInTheChain() throws Exception {
        TestServer server = routedBy("""
                ALL: ("first", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0"), \
                ("second", "DAR:From", "ORIGINATING", "sip:198.51.100.2;lr", "ROUTE_BACK", "1"), \
                ("second", "DAR:To", "TERMINATING", "", "NO_ROUTE", "2")
                """);
        server.deploy("first", first, ScriptedServlet.class);
        server.deploy("second", second, ScriptedServlet.class);
        Peer alice = server.peer("alice");
        Peer filter = server.peer("filter");
        first.on("OPTIONS", onward());
        second.on("OPTIONS", request -> request.createResponse(200).send());

        alice.send(alice.request(Method.OPTIONS, "sip:bob@b.test"));
        Request out = filter.nextRequest(Method.OPTIONS);
        assertThat(second.seen).isEmpty();
        filter.send(out.toBuilder()
                .removeFirst(HeaderName.ROUTE)
                .addFirst(HeaderName.VIA, "SIP/2.0/UDP 198.51.100.2:5060;branch=z9hG4bKfilter"));
        Response back = filter.nextResponse(200);
        filter.send(back.toBuilder().removeFirst(HeaderName.VIA));
        alice.nextResponse(200);

        assertThat(first.seen).containsExactly("OPTIONS", "200 OPTIONS");
        assertThat(second.seen).containsExactly("OPTIONS");
        assertThat(second.requests.get(0).getRegion()).isEqualTo(SipApplicationRoutingRegion.TERMINATING_REGION);
        server.assertEnded();
    }

    @Test
    void whatNoApplicationTakesIsNotFound() throws Exception {
        TestServer server = routedBy("""
                INVITE: ("gone", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "0")
                """);
        server.deploy("first", first, ScriptedServlet.class);
        Peer alice = server.peer("alice");

        alice.send(alice.request(Method.INVITE, "sip:bob@192.0.2.1"));
        alice.nextResponse(404);
        alice.send(alice.request(Method.OPTIONS, "sip:bob@192.0.2.1"));
        alice.nextResponse(404);

        assertThat(first.seen).isEmpty();
        assertThat(server.sessions()).isZero();
    }

    @Test
    @SuppressWarnings("deprecation") // encodeURI is deprecated by JSR 289, not gone
    void anEncodedUriLeadsToItsApplicationSession() throws Exception {
        TestServer server = new TestServer();
        server.deploy("first", first, ScriptedServlet.class);
        Peer alice = server.peer("alice");
        List<Object> sessions = new ArrayList<>();
        first.on("OPTIONS", request -> {
            sessions.add(request.getApplicationSession());
            request.createResponse(200).send();
        });
        jakarta.servlet.sip.SipApplicationSession room = first.factory().createApplicationSession();
        jakarta.servlet.sip.URI uri = first.uri("sip:room@192.0.2.1");
        room.encodeURI(uri);
        room.setInvalidateWhenReady(false);

        alice.send(alice.request(Method.OPTIONS, uri.toString()));
        alice.nextResponse(200);
        assertThat(sessions).containsExactly(room);
        room.invalidate();
        alice.send(alice.request(Method.OPTIONS, uri.toString()).set(HeaderName.CSEQ, "2 OPTIONS"));
        alice.nextResponse(200);

        assertThat(sessions).hasSize(2);
        assertThat(sessions.get(1)).isNotSameAs(room);
        server.assertEnded();
    }
}
