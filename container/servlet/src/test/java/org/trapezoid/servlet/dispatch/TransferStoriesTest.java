// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.SipSessionsUtil;
import java.time.Duration;
import java.util.ArrayList;
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
import org.trapezoid.sip.testing.Rfc;

/** Calls that move: REFER with its subscription (RFC 3515, 4488), Replaces (RFC 3891) and Join (RFC 3911). */
@SuppressWarnings("NullAway.Init") // call() makes it
class TransferStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("app", app, ScriptedServlet.class);
        app.on("INVITE", invite -> invite.createResponse(200).send());
        app.on("BYE", bye -> bye.createResponse(200).send());
        app.on("NOTIFY", notify -> notify.createResponse(200).send());
        app.events.clear();
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private Request call;

    /** A call of alice to the application. */
    private Response call() {
        call = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, call, success, 1));
        return success;
    }

    private void hangUp(Response success, int cseq) {
        alice.send(alice.inDialog(Method.BYE, call, success, cseq));
        alice.nextResponse(200);
    }

    private static SipServletRequest progress(SipSession session, String state, String id) {
        SipServletRequest notify = session.createRequest("NOTIFY");
        notify.setHeader("Event", id.isEmpty() ? "refer" : "refer;id=" + id);
        notify.setHeader("Subscription-State", state);
        return notify;
    }

    // ---- REFER

    @Test
    @Rfc(value = 3515, section = "2.4.4")
    void aReferThatCameMakesASubscriptionInTheCall() throws Exception {
        app.on("REFER", refer -> {
            refer.createResponse(202).send();
            SipServletRequest notify = progress(refer.getSession(), "active;expires=60", "");
            notify.setContent("SIP/2.0 100 Trying\r\n", "message/sipfrag;version=2.0");
            notify.send();
        });
        Response success = call();
        SipSession session = app.requests.get(0).getSession();
        alice.send(alice.inDialog(Method.REFER, call, success, 2).set(HeaderName.REFER_TO, "<" + bob.contact() + ">"));
        alice.nextResponse(202);
        Request trying = alice.nextRequest(Method.NOTIFY);
        assertThat(trying.headers().first(HeaderName.CONTENT_TYPE)).contains("message/sipfrag;version=2.0");
        alice.send(alice.answer(trying, 200));

        hangUp(success, 3);
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);
        progress(session, "terminated;reason=noresource", "").send();
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 200));

        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3515, section = "2.4.6")
    void eachReferOfACallHasASubscriptionOfItsOwn() throws Exception {
        Response success = call();
        SipSession session = app.requests.get(0).getSession();
        List<Long> numbers = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            SipServletRequest refer = session.createRequest("REFER");
            refer.setHeader("Refer-To", "<sip:carol@a.test>");
            refer.send();
            Request sent = alice.nextRequest(Method.REFER);
            numbers.add(sent.cseq().number());
            alice.send(alice.answer(sent, 202));
        }

        alice.send(notify(success, 2, "terminated", "refer;id=" + numbers.get(1)));
        alice.nextResponse(200);
        alice.send(notify(success, 3, "active", "refer;id=" + numbers.get(1)));
        alice.nextResponse(481);
        alice.send(notify(success, 4, "terminated", "refer"));
        alice.nextResponse(200);
        alice.send(notify(success, 5, "active", "refer"));
        alice.nextResponse(481);

        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);
        hangUp(success, 6);
        server.assertEnded();
    }

    private Request.Builder notify(Response success, int cseq, String state, String event) {
        return alice.inDialog(Method.NOTIFY, call, success, cseq)
                .set(HeaderName.EVENT, event)
                .set(HeaderName.SUBSCRIPTION_STATE, state);
    }

    @Test
    @Rfc(value = 4488, section = "4")
    void aReferWithoutSubscriptionMakesNoDialog() throws Exception {
        SipServletRequest refer = app.request("REFER", bob);
        refer.setHeader("Refer-To", "<sip:carol@a.test>");
        refer.setHeader("Refer-Sub", "false");
        refer.send();
        server.advance(Duration.ZERO);
        Request sent = bob.nextRequest(Method.REFER);

        bob.send(bob.answer(sent, 200).set(HeaderName.REFER_SUB, "false"));

        assertThat(app.seen).containsExactly("200 REFER");
        assertThat(refer.getSession().isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 4488, section = "4")
    void anAnsweredReferWithoutSubscriptionMakesNoDialog() {
        app.on("REFER", refer -> {
            SipServletResponse accepted = refer.createResponse(200);
            accepted.setHeader("Refer-Sub", "false");
            accepted.send();
        });

        alice.send(alice.request(Method.REFER, "sip:app@a.test")
                .set(HeaderName.REFER_TO, "<" + bob.contact() + ">")
                .set(HeaderName.REFER_SUB, "false"));

        alice.nextResponse(200);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3892, section = "3")
    @Rfc(value = 3515, section = "2.4.4")
    void aReferOutsideADialogIsFollowedByItsNotifies() throws Exception {
        SipServletRequest refer = app.request("REFER", bob);
        refer.setHeader("Refer-To", "<sip:carol@a.test>");
        refer.setHeader("Referred-By", "<sip:app@a.test>");
        refer.send();
        server.advance(Duration.ZERO);
        Request sent = bob.nextRequest(Method.REFER);
        assertThat(sent.headers().first(HeaderName.REFERRED_BY)).contains("<sip:app@a.test>");
        Response accepted = bob.answer(sent, 202).build();
        bob.send(bob.fromCallee(Method.NOTIFY, sent, accepted, 1)
                .set(HeaderName.EVENT, "refer")
                .set(HeaderName.SUBSCRIPTION_STATE, "active;expires=60"));
        bob.nextResponse(200);
        bob.send(accepted);
        assertThat(refer.getSession().getState()).isEqualTo(SipSession.State.CONFIRMED);

        bob.send(bob.fromCallee(Method.NOTIFY, sent, accepted, 2)
                .set(HeaderName.EVENT, "refer")
                .set(HeaderName.SUBSCRIPTION_STATE, "terminated;reason=noresource"));

        bob.nextResponse(200);
        assertThat(app.seen).containsExactly("NOTIFY", "202 REFER", "NOTIFY");
        server.assertEnded();
    }

    // ---- Replaces and Join

    private SipSessionsUtil sessions() {
        return (SipSessionsUtil) app.getServletContext().getAttribute(jakarta.servlet.sip.SipServlet.SIP_SESSIONS_UTIL);
    }

    private Request.Builder takeover(HeaderName header, Response success, String more) {
        return bob.request(Method.INVITE, "sip:app@a.test")
                .set(
                        header,
                        call.callId() + ";to-tag=" + success.toTag().orElseThrow() + ";from-tag="
                                + call.fromTag().orElseThrow() + more);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Replaces", "Join"})
    @Rfc(value = 3891, section = "3")
    @Rfc(value = 3911, section = "4")
    void aCallThatTakesOverAnotherIsInItsApplicationSession(String header) {
        Response success = call();
        SipSession first = app.requests.get(0).getSession();

        bob.send(takeover(HeaderName.of(header), success, ""));

        bob.nextResponse(200);
        SipSession second = app.requests.get(app.requests.size() - 1).getSession();
        assertThat(second).isNotSameAs(first);
        assertThat(second.getApplicationSession()).isSameAs(first.getApplicationSession());
        assertThat(sessions().getCorrespondingSipSession(second, header)).isSameAs(first);
        assertThat(sessions().getCorrespondingSipSession(second, header.equals("Join") ? "Replaces" : "Join"))
                .isNull();
        assertThat(sessions().getCorrespondingSipSession(first, header)).isNull();
        first.getApplicationSession().invalidate();
        assertThat(sessions().getCorrespondingSipSession(second, header)).isNull();
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3891, section = "3")
    void aReferenceToNoCallOfOursIsAnOrdinaryRequest() {
        Response success = call();
        SipSession first = app.requests.get(0).getSession();

        bob.send(bob.request(Method.INVITE, "sip:app@a.test")
                .set(HeaderName.REPLACES, "another@host;to-tag=1;from-tag=2"));

        bob.nextResponse(200);
        SipSession second = app.requests.get(app.requests.size() - 1).getSession();
        assertThat(second.getApplicationSession()).isNotSameAs(first.getApplicationSession());
        assertThat(sessions().getCorrespondingSipSession(second, "Replaces")).isNull();
        second.getApplicationSession().invalidate();
        hangUp(success, 2);
        server.assertEndsInTime();
    }

    private void assertRefused(Request.Builder takeover, int status) {
        int seen = app.seen.size();
        bob.send(takeover);

        bob.nextResponse(status);
        assertThat(app.seen).hasSize(seen);
    }

    @Test
    @Rfc(value = 3891, section = "3")
    void earlyOnlyLeavesAnAnsweredCallAlone() {
        Response success = call();

        assertRefused(takeover(HeaderName.REPLACES, success, ";early-only"), 486);

        hangUp(success, 2);
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3891, section = "3")
    void aCallThatIsOverIsNotReplaced() {
        Response success = call();
        app.requests.get(0).getSession().setInvalidateWhenReady(false);
        app.requests.get(0).getApplicationSession().setInvalidateWhenReady(false);
        hangUp(success, 2);

        assertRefused(takeover(HeaderName.REPLACES, success, ""), 603);

        app.requests.get(0).getApplicationSession().invalidate();
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3891, section = "3")
    void bothTagsMustBeThoseOfTheCall() {
        Response success = call();

        assertRefused(
                bob.request(Method.INVITE, "sip:app@a.test")
                        .set(
                                HeaderName.REPLACES,
                                call.callId() + ";from-tag=guess;to-tag="
                                        + success.toTag().orElseThrow()),
                481);

        hangUp(success, 2);
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3891, section = "3")
    @Rfc(value = 3911, section = "4")
    void oneRequestTakesOverOneCall() {
        Response success = call();

        assertRefused(
                takeover(HeaderName.REPLACES, success, "").set(HeaderName.JOIN, call.callId() + ";to-tag=1;from-tag=2"),
                400);

        hangUp(success, 2);
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3891, section = "3")
    void whoIsRungIsNotReplacedBeforeItAnswers() {
        app.on("INVITE", invite -> invite.createResponse(180).send());
        call = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response ringing = alice.nextResponse(180);

        assertRefused(takeover(HeaderName.REPLACES, ringing, ""), 481);

        app.requests.get(0).getApplicationSession().invalidate();
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3891, section = "3")
    void whoRingsIsReplacedBeforeItIsAnswered() throws Exception {
        SipServletRequest invite = app.request("INVITE", alice);
        invite.send();
        server.advance(Duration.ZERO);
        call = alice.nextRequest(Method.INVITE);
        alice.send(alice.answer(call, 180));

        bob.send(bob.request(Method.INVITE, "sip:app@a.test")
                .set(
                        HeaderName.REPLACES,
                        call.callId() + ";from-tag=to-alice;early-only;to-tag="
                                + call.fromTag().orElseThrow()));

        bob.nextResponse(200);
        SipSession pickup = app.requests.get(0).getSession();
        assertThat(sessions().getCorrespondingSipSession(pickup, "Replaces")).isSameAs(invite.getSession());
        pickup.getApplicationSession().invalidate();
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3891, section = "3")
    void aSubscriptionIsNoCallToReplace() {
        app.on("SUBSCRIBE", subscribe -> subscribe.createResponse(200).send());
        call = alice.send(alice.request(Method.SUBSCRIBE, "sip:app@a.test").set(HeaderName.EVENT, "presence"));
        Response success = alice.nextResponse(200);

        assertRefused(takeover(HeaderName.REPLACES, success, ""), 481);

        app.requests.get(0).getApplicationSession().invalidate();
        server.assertEndsInTime();
    }
}
