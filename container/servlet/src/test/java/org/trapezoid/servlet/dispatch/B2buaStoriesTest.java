// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.TooManyHopsException;
import jakarta.servlet.sip.UAMode;
import jakarta.servlet.sip.ar.SipApplicationRoutingDirective;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Back-to-back user agents with the helper: copies, links, pending messages (JSR 289 §12). */
class B2buaStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @BeforeEach
    void deploy() throws Exception {
        app.on("INVITE", request -> leg(request, null).send());
        app.onResponse(response -> {
            SipServletRequest other =
                    response.getRequest().getB2buaHelper().getLinkedSipServletRequest(response.getRequest());
            if (other != null && !other.isCommitted()) {
                other.createResponse(response.getStatus()).send();
            }
        });
        app.on("ACK", request -> {
            B2buaHelper helper = request.getB2buaHelper();
            SipSession other = helper.getLinkedSession(request.getSession());
            for (SipServletMessage each : helper.getPendingMessages(other, UAMode.UAC)) {
                if (each instanceof SipServletResponse success) {
                    success.createAck().send();
                }
            }
        });
        app.on("BYE", request -> {
            B2buaHelper helper = request.getB2buaHelper();
            helper.createRequest(helper.getLinkedSession(request.getSession()), request, null)
                    .send();
        });
        server.deploy("b2bua", app, ScriptedServlet.class);
    }

    private SipServletRequest leg(SipServletRequest request, @Nullable Map<String, List<String>> headers)
            throws Exception {
        if (!request.isInitial()) {
            B2buaHelper helper = request.getB2buaHelper();
            return helper.createRequest(helper.getLinkedSession(request.getSession()), request, headers);
        }
        SipServletRequest leg = request.getB2buaHelper().createRequest(request, true, headers);
        leg.setRequestURI(app.uri(bob.contact()));
        return leg;
    }

    private record Call(Request invite, Response success, Request leg, Response answer) {}

    private Call call() {
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request leg = bob.nextRequest(Method.INVITE);
        Response answer = bob.send(bob.answer(leg, 200));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        return new Call(invite, success, leg, answer);
    }

    private void hangUp(Call call, int cseq) {
        alice.send(alice.inDialog(Method.BYE, call.invite, call.success, cseq));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        alice.nextResponse(200);
        server.assertEnded();
    }

    @Test
    void theAckOfOneLegMakesTheAckOfTheOther() {
        hangUp(call(), 2);
    }

    @Test
    void aReInvitePassesThrough() {
        Call call = call();

        alice.send(alice.inDialog(Method.INVITE, call.invite, call.success, 2).body(new byte[] {7}));
        Request again = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(again, 200));
        alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, call.invite, call.success, 2));
        Request ack = bob.nextRequest(Method.ACK);

        assertThat(again.callId()).isEqualTo(call.leg.callId());
        assertThat(again.toTag()).hasValue("to-bob");
        assertThat(again.cseq().number()).isEqualTo(2);
        assertThat(again.bodyLength()).isEqualTo(1);
        assertThat(again.headers().all(HeaderName.CONTACT)).containsExactly("<sip:192.0.2.1:5060>");
        assertThat(ack.cseq().number()).isEqualTo(2);
        hangUp(call, 3);
    }

    @Test
    void aRequestOfTheCalleePassesToo() {
        Call call = call();
        app.on("INFO", request -> leg(request, null).send());

        bob.send(bob.fromCallee(Method.INFO, call.leg, call.answer, 1));
        Request info = alice.nextRequest(Method.INFO);
        alice.send(alice.answer(info, 200));

        bob.nextResponse(200);
        assertThat(info.callId()).isEqualTo(call.invite.callId());
        assertThat(info.fromTag()).isEqualTo(call.success.toTag());
        hangUp(call, 2);
    }

    @Test
    void theHeadersOfTheOtherLegAreCopiedAndReplaced() {
        app.on("INVITE", request -> {
            Map<String, List<String>> headers = new HashMap<>();
            headers.put("From", List.of("\"App\" <sip:app@b.test>;tag=mine"));
            headers.put("To", List.of("<sip:bob@b.test>"));
            headers.put("Contact", List.of("<sip:front@elsewhere.test>;+sip.foo"));
            headers.put("Subject", List.of("changed"));
            headers.put("X-Gone", List.of());
            headers.put("X-New", List.of("1", "2"));
            leg(request, headers).send();
        });

        alice.send(alice.request(Method.INVITE, "sip:bob@a.test")
                .add(HeaderName.SUBJECT, "before")
                .add(HeaderName.of("X-Gone"), "x")
                .add(HeaderName.of("X-Kept"), "y")
                .add(HeaderName.RECORD_ROUTE, "<sip:p.test;lr>"));
        Request leg = bob.nextRequest(Method.INVITE);

        assertThat(leg.from().uri()).hasToString("sip:app@b.test");
        assertThat(leg.fromTag()).isPresent().isNotEqualTo(java.util.Optional.of("mine"));
        assertThat(leg.to()).hasToString("<sip:bob@b.test>");
        assertThat(leg.headers().all(HeaderName.CONTACT)).containsExactly("<sip:front@192.0.2.1:5060>;+sip.foo");
        assertThat(leg.headers().all(HeaderName.SUBJECT)).containsExactly("changed");
        assertThat(leg.headers().has(HeaderName.of("X-Gone"))).isFalse();
        assertThat(leg.headers().all(HeaderName.of("X-Kept"))).containsExactly("y");
        assertThat(leg.headers().all(HeaderName.of("X-New"))).containsExactly("1", "2");
        assertThat(leg.headers().has(HeaderName.RECORD_ROUTE)).isFalse();
        assertThat(app.requests.get(0).getSession().getAttribute("none")).isNull();
    }

    @Test
    void systemHeadersCannotBeReplaced() {
        app.on("OPTIONS", request -> {
            assertThatThrownBy(() ->
                            request.getB2buaHelper().createRequest(request, false, Map.of("Call-ID", List.of("mine"))))
                    .isInstanceOf(IllegalArgumentException.class);
            request.createResponse(200).send();
        });

        alice.send(alice.request(Method.OPTIONS, "sip:bob@a.test"));

        alice.nextResponse(200);
        server.assertEnded();
    }

    @Test
    void maxForwardsZeroIsTooManyHops() {
        app.on("OPTIONS", request -> {
            assertThatThrownBy(() -> request.getB2buaHelper().createRequest(request, true, null))
                    .isInstanceOf(TooManyHopsException.class);
            request.createResponse(483).send();
        });

        alice.send(alice.request(Method.OPTIONS, "sip:bob@a.test").set(HeaderName.MAX_FORWARDS, "0"));

        alice.nextResponse(483);
        server.assertEnded();
    }

    @Test
    void whoIsAProxyIsNoB2buaAndTheOtherWayRound() {
        app.on("OPTIONS", request -> {
            request.getB2buaHelper();
            assertThatThrownBy(request::getProxy).isInstanceOf(IllegalStateException.class);
            request.createResponse(200).send();
        });
        app.on("MESSAGE", request -> {
            request.getProxy();
            assertThatThrownBy(request::getB2buaHelper).isInstanceOf(IllegalStateException.class);
            request.createResponse(200).send();
        });

        alice.send(alice.request(Method.OPTIONS, "sip:bob@a.test"));
        alice.nextResponse(200);
        alice.send(alice.request(Method.MESSAGE, "sip:bob@a.test"));
        alice.nextResponse(200);
    }

    @Test
    void sessionsAreLinkedOneToOneInOneApplicationSession() {
        app.on("OPTIONS", request -> {
            B2buaHelper helper = request.getB2buaHelper();
            SipSession own = request.getSession();
            SipSession one = helper.createRequest(request, false, null).getSession();
            SipSession two = helper.createRequest(request, false, null).getSession();
            SipSession stranger = app.request("OPTIONS", bob).getSession();
            assertThat(helper.getLinkedSession(own)).isNull();
            helper.linkSipSessions(own, one);
            helper.linkSipSessions(one, own);
            assertThat(helper.getLinkedSession(own)).isSameAs(one);
            assertThat(helper.getLinkedSession(one)).isSameAs(own);
            assertThatThrownBy(() -> helper.linkSipSessions(own, two)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> helper.linkSipSessions(two, stranger))
                    .isInstanceOf(IllegalArgumentException.class);
            helper.unlinkSipSessions(one);
            assertThat(helper.getLinkedSession(own)).isNull();
            assertThatThrownBy(() -> helper.unlinkSipSessions(own)).isInstanceOf(IllegalArgumentException.class);
            helper.linkSipSessions(own, two);
            two.invalidate();
            assertThat(helper.getLinkedSession(own)).isNull();
            assertThatThrownBy(() -> helper.getLinkedSession(two)).isInstanceOf(IllegalArgumentException.class);
            request.createResponse(200).send();
        });

        alice.send(alice.request(Method.OPTIONS, "sip:bob@a.test"));

        alice.nextResponse(200);
    }

    @Test
    void theOriginalRequestIsAnsweredByItsSession() {
        app.onResponse(response -> {
            B2buaHelper helper = response.getRequest().getB2buaHelper();
            SipSession caller = helper.getLinkedSession(response.getSession());
            helper.createResponseToOriginalRequest(caller, response.getStatus(), "As Downstream")
                    .send();
            if (response.getStatus() >= 300) {
                assertThatThrownBy(() -> helper.createResponseToOriginalRequest(caller, 200, null))
                        .isInstanceOf(IllegalStateException.class);
            }
        });

        alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request leg = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(leg, 180));
        assertThat(alice.nextResponse(180).reason()).isEqualTo("As Downstream");
        bob.send(bob.answer(leg, 486));
        alice.nextResponse(486);
    }

    @Test
    void pendingMessagesAreThoseThatWaitForTheApplication() {
        app.on("INVITE", request -> {});
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        SipServletRequest received = app.requests.get(0);
        B2buaHelper helper = received.getB2buaHelper();

        assertThat(helper.getPendingMessages(received.getSession(), UAMode.UAS)).containsExactly(received);
        assertThat(helper.getPendingMessages(received.getSession(), UAMode.UAC)).isEmpty();
        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));
        alice.nextResponse(200);
        alice.nextResponse(487);
    }

    @Test
    @Rfc(value = 7332, section = "4")
    void maxForwardsAndMaxBreadthOfOneLegLimitTheOther() {
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test")
                .set(HeaderName.MAX_FORWARDS, "9")
                .add(HeaderName.MAX_BREADTH, "3"));
        Request leg = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(leg, 200));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        alice.send(alice.inDialog(Method.BYE, invite, success, 2)
                .set(HeaderName.MAX_FORWARDS, "5")
                .add(HeaderName.MAX_BREADTH, "2"));
        Request bye = bob.nextRequest(Method.BYE);
        bob.send(bob.answer(bye, 200));

        assertThat(leg.maxForwards()).isEqualTo(8);
        assertThat(leg.headers().first(HeaderName.MAX_BREADTH)).hasValue("3");
        assertThat(bye.maxForwards()).isEqualTo(4);
        assertThat(bye.headers().first(HeaderName.MAX_BREADTH)).hasValue("2");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 7332, section = "4")
    void aLoopOfBackToBackUserAgentsEnds() throws Exception {
        TestServer looping =
                TestServer.routedBy("INVITE: (\"looping\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\")");
        ScriptedServlet loop = new ScriptedServlet();
        looping.deploy("looping", loop);
        loop.on("INVITE", request -> {
            if (request.getMaxForwards() == 0) {
                request.createResponse(483).send();
            } else {
                SipServletRequest leg = request.getB2buaHelper().createRequest(request, true, null);
                leg.setRoutingDirective(SipApplicationRoutingDirective.NEW, null); // it comes back to us
                leg.send();
            }
        });

        loop.onResponse(response -> response.getRequest()
                .getB2buaHelper()
                .getLinkedSipServletRequest(response.getRequest())
                .createResponse(response.getStatus())
                .send());
        Peer caller = looping.peer("alice");

        caller.send(caller.request(Method.INVITE, "sip:bob@a.test").set(HeaderName.MAX_FORWARDS, "6"));

        caller.nextResponse(483);
        loop.assertUnharmed();
        assertThat(loop.seen.stream().filter("INVITE"::equals)).hasSize(7);
    }
}
