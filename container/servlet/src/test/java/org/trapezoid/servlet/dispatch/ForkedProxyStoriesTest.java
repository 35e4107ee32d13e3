// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipSession;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** One proxied INVITE that makes several dialogs: each is a session of its own; their ends are told (RFC 6228). */
class ForkedProxyStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final Peer carol = server.peer("carol");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy(String earlyEnds) throws Exception {
        server.deploy("proxy", Map.of("org.trapezoid.199", earlyEnds), app);
    }

    private static Response answer(Peer peer, Request invite, int status, String tag) {
        Response.Builder answer = peer.answer(invite, status)
                .set(HeaderName.TO, invite.to().withTag(tag).toString());
        invite.headers().all(HeaderName.RECORD_ROUTE).forEach(value -> answer.add(HeaderName.RECORD_ROUTE, value));
        return answer.build();
    }

    private SipSession sessionOf(int response) {
        return app.responses.get(response).getSession();
    }

    @Test
    @Checklist({"P15", "D12"})
    @Rfc(value = 3261, section = "16.7")
    void eachSuccessOfADownstreamForkIsASessionOfItsOwn() throws Exception {
        deploy("false");
        app.on("INVITE", request -> {
            request.getProxy().setRecordRoute(true);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });

        Request invite = alice.send(alice.request(Method.INVITE, "sip:who@a.test"));
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(answer(bob, atBob, 180, "desk"));
        bob.send(answer(bob, atBob, 180, "mobile"));
        bob.send(answer(bob, atBob, 200, "desk"));
        bob.send(answer(bob, atBob, 200, "mobile")); // the proxy has done its work
        alice.nextResponse(180);
        alice.nextResponse(180);
        Response desk = alice.nextResponse(200);
        Response mobile = alice.nextResponse(200);

        assertThat(app.seen).containsExactly("INVITE", "180 INVITE", "180 INVITE", "200 INVITE", "200 INVITE");
        SipSession deskSession = app.requests.get(0).getSession();
        SipSession mobileSession = sessionOf(3);
        assertThat(sessionOf(0)).isSameAs(deskSession);
        assertThat(sessionOf(2)).isSameAs(deskSession);
        assertThat(mobileSession).isNotSameAs(deskSession);
        assertThat(mobileSession.getApplicationSession()).isSameAs(deskSession.getApplicationSession());

        alice.send(alice.inDialog(Method.ACK, invite, desk, 1));
        alice.send(alice.inDialog(Method.ACK, invite, mobile, 1));
        bob.nextRequest(Method.ACK);
        bob.nextRequest(Method.ACK);
        alice.send(alice.inDialog(Method.BYE, invite, desk, 2));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));

        assertThat(app.requests.get(1).getSession()).isSameAs(deskSession);
        assertThat(app.requests.get(2).getSession()).isSameAs(mobileSession);
        assertThat(deskSession.isValid()).isFalse();
        assertThat(mobileSession.getState()).isEqualTo(SipSession.State.CONFIRMED);

        bob.send(bob.fromCallee(Method.INFO, atBob, mobile, 1)); // by the Route that names the session which is gone
        alice.nextResponse(200);
        alice.send(alice.answer(alice.nextRequest(Method.INFO), 200));
        bob.nextResponse(200);
        alice.send(alice.inDialog(Method.BYE, invite, mobile, 2));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));

        assertThat(app.requests.get(4).getMethod()).isEqualTo("INFO");
        assertThat(app.requests.get(4).getSession()).isSameAs(mobileSession);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    void earlyDialogsThatWereNotAnsweredEndWithTheSearch() throws Exception {
        deploy("false");
        app.on("INVITE", request -> {
            request.getProxy().setRecordRoute(true);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });

        Request invite = alice.send(alice.request(Method.INVITE, "sip:who@a.test"));
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(answer(bob, atBob, 180, "desk"));
        bob.send(answer(bob, atBob, 180, "mobile"));
        SipSession desk = sessionOf(0);
        SipSession mobile = sessionOf(1);
        bob.send(answer(bob, atBob, 200, "mobile"));
        alice.nextResponse(180);
        alice.nextResponse(180);
        Response success = alice.nextResponse(200);

        assertThat(desk.isValid()).isFalse();
        assertThat(mobile.getState()).isEqualTo(SipSession.State.CONFIRMED);
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "16.12")
    void whatBelongsToADialogThatEndedIsForwardedWithoutAskingTheOthers() throws Exception {
        deploy("false");
        app.on("INVITE", request -> {
            request.getProxy().setRecordRoute(true);
            request.getProxy().proxyTo(List.of(app.uri(bob.contact()), app.uri(carol.contact())));
        });
        Request invite = alice.send(alice.request(Method.INVITE, "sip:who@a.test"));
        Request atBob = bob.nextRequest(Method.INVITE);
        Request atCarol = carol.nextRequest(Method.INVITE);
        bob.send(answer(bob, atBob, 180, "bob")); // goes on ringing: his CANCEL is on the way
        carol.send(answer(carol, atCarol, 200, "carol"));
        alice.nextResponse(180);
        Response success = alice.nextResponse(200);
        Request ack = alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        carol.nextRequest(Method.ACK);
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        carol.send(carol.answer(carol.nextRequest(Method.BYE), 200));
        List<String> seen = List.copyOf(app.seen);

        alice.send(ack); // comes twice
        carol.nextRequest(Method.ACK);

        assertThat(app.seen).isEqualTo(seen);
        bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(atBob, 487));
        server.assertEnded();
    }

    private Request callBoth(String supported) {
        app.on("INVITE", request -> request.getProxy()
                .proxyTo(List.of(app.uri(bob.contact()), app.uri(carol.contact()))));
        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:who@a.test").add(HeaderName.SUPPORTED, supported));
        return invite;
    }

    @Test
    @Rfc(value = 6228, section = "6")
    void theCallerHearsOfAnEarlyDialogThatEnds() throws Exception {
        deploy("true");
        callBoth("199");
        Request atBob = bob.nextRequest(Method.INVITE);
        Request atCarol = carol.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 183));
        carol.send(carol.answer(atCarol, 180));
        alice.nextResponse(183);
        alice.nextResponse(180);

        bob.send(bob.answer(atBob, 486));

        Response ended = alice.nextResponse(199);
        assertThat(ended.toTag()).hasValue("to-bob");
        assertThat(ended.headers().all(HeaderName.REASON)).containsExactly("SIP;cause=486;text=\"Busy Here\"");
        assertThat(ended.viaCount()).isEqualTo(1);
        carol.send(carol.answer(atCarol, 603)); // the last one: its end is the answer
        alice.nextResponse(603);
        assertThat(alice.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 6228, section = "6")
    void nobodyHearsTwiceOfTheSameEnd() throws Exception {
        deploy("true");
        callBoth("199");
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 183));
        bob.send(bob.answer(atBob, 199));
        bob.send(bob.answer(atBob, 486));
        alice.nextResponse(183);
        alice.nextResponse(199);

        assertThat(alice.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 6228, section = "6")
    void whoDoesNotSupport199IsNotTold() throws Exception {
        deploy("true");
        callBoth("timer");
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 183));
        bob.send(bob.answer(atBob, 486));
        alice.nextResponse(183);

        assertThat(alice.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 6228, section = "4")
    void anEarlyDialogOfACallerHereEndsWith199() throws Exception {
        deploy("false");
        app.request("INVITE", bob).send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(answer(bob, invite, 183, "desk"));
        bob.send(answer(bob, invite, 180, "mobile"));

        bob.send(answer(bob, invite, 199, "mobile"));

        assertThat(sessionOf(2)).isSameAs(sessionOf(1));
        assertThat(sessionOf(1).isValid()).isFalse();
        assertThat(sessionOf(0).getState()).isEqualTo(SipSession.State.EARLY);
        bob.send(answer(bob, invite, 199, "unknown"));
        assertThat(sessionOf(3)).isSameAs(sessionOf(0));
        server.advance(Duration.ofMinutes(4));
    }
}
