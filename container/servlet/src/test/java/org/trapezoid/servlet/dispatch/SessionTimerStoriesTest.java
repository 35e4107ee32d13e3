// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.api.SessionTimerListener;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Session timers that the container keeps, RFC 4028. */
class SessionTimerStoriesTest {

    private static final String TIMER = "org.trapezoid.session-timer";
    private static final String SDP = "application/sdp";

    /** An application that hears of its sessions' ends, and hangs up the other leg. */
    static final class Watching extends ScriptedServlet implements SessionTimerListener {
        private static final long serialVersionUID = 1;

        @Override
        public void sessionTimerExpired(SipSession session) {
            events.add("timer expired");
            if (session.getAttribute("other") instanceof SipSession other) {
                try {
                    other.createRequest("BYE").send();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new Watching();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy(Map<String, String> parameters) throws Exception {
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("BYE", request -> request.createResponse(200).send());
        app.onResponse(response -> {
            if (response.getMethod().equals("INVITE") && response.getStatus() == 200) {
                response.createAck().send();
            }
        });
        server.deploy("app", parameters, app, Watching.class);
    }

    private Request.Builder invite() {
        return alice.request(Method.INVITE, "sip:app@a.test");
    }

    private void acknowledge(Request invite, Response success) {
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
    }

    private static String sessionExpires(org.trapezoid.sip.message.Message message) {
        return message.headers().first(HeaderName.SESSION_EXPIRES).orElse("none");
    }

    // ---- who answers

    @Test
    @Rfc(value = 4028, section = "9")
    void withoutTheParameterNothingIsAdded() throws Exception {
        deploy(Map.of());

        alice.send(invite().add(HeaderName.SUPPORTED, "timer").set(HeaderName.SESSION_EXPIRES, "60"));
        app.request("INVITE", bob).send();

        assertThat(sessionExpires(alice.nextResponse(200))).isEqualTo("none");
        Request invite = bob.nextRequest(Method.INVITE);
        assertThat(sessionExpires(invite)).isEqualTo("none");
        assertThat(invite.headers().has(HeaderName.SUPPORTED)).isFalse();
    }

    @ParameterizedTest
    @Rfc(value = 4028, section = "9")
    @CsvSource({
        "timer, 1200,               any,  1200;refresher=uac, timer",
        "timer, 1200;refresher=uas, any,  1200;refresher=uas, timer",
        "timer, 1200;refresher=uac, self, 1200;refresher=uac, timer",
        "timer, 1200,               self, 1200;refresher=uas, timer",
        "timer, 7200,               any,  1800;refresher=uac, timer",
        "timer, '',                 any,  1800;refresher=uac, timer",
        "none,  '',                 any,  1800;refresher=uas, ''",
        "none,  60,                 any,  60;refresher=uas,   ''"
    })
    void whatIsGrantedFollowsTable2(String supported, String asked, String policy, String granted, String require)
            throws Exception {
        deploy(Map.of(TIMER, "1800", TIMER + ".refresher", policy));

        Request.Builder invite = invite().add(HeaderName.SUPPORTED, supported);
        if (!asked.isEmpty()) {
            invite.set(HeaderName.SESSION_EXPIRES, asked);
        }
        alice.send(invite);
        Response success = alice.nextResponse(200);

        assertThat(sessionExpires(success)).isEqualTo(granted);
        assertThat(String.join(",", success.headers().values(HeaderName.REQUIRE)))
                .isEqualTo(require);
    }

    @Test
    @Rfc(value = 4028, section = "9")
    void theCallersMinimumIsNotUndercut() throws Exception {
        deploy(Map.of(TIMER, "1800"));

        alice.send(invite().add(HeaderName.SUPPORTED, "timer")
                .set(HeaderName.SESSION_EXPIRES, "7200")
                .set(HeaderName.MIN_SE, "3600"));

        assertThat(sessionExpires(alice.nextResponse(200))).isEqualTo("3600;refresher=uac");
    }

    @Test
    @Rfc(value = 4028, section = "9")
    void anIntervalThatIsTooShortIsRefused() throws Exception {
        deploy(Map.of(TIMER, "1800", TIMER + ".minimum", "300"));

        alice.send(invite().add(HeaderName.SUPPORTED, "timer").set(HeaderName.SESSION_EXPIRES, "299"));

        assertThat(alice.nextResponse(422).headers().first(HeaderName.MIN_SE)).hasValue("300");
        assertThat(app.seen).isEmpty();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 4028, section = "10")
    void withoutARefreshTheContainerHangsUpAndSaysSo() throws Exception {
        deploy(Map.of(TIMER, "1800"));
        Request invite = alice.send(invite().add(HeaderName.SUPPORTED, "timer"));
        acknowledge(invite, alice.nextResponse(200));
        app.requests.get(0).getApplicationSession().setExpires(0);

        server.advance(Duration.ofSeconds(1767));
        assertThat(alice.rest()).isEmpty();
        server.advance(Duration.ofSeconds(1)); // 32 s before the end
        Request bye = alice.nextRequest(Method.BYE);
        alice.send(alice.answer(bye, 200));

        assertThat(bye.headers().all(HeaderName.REASON))
                .containsExactly("SIP;cause=408;text=\"Session Timer Expired\"");
        assertThat(app.events).contains("timer expired");
        assertThat(app.seen).containsExactly("INVITE", "ACK");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 4028, section = "9")
    void anUpdateThatOnlyRefreshesIsAnsweredByTheContainer() throws Exception {
        deploy(Map.of(TIMER, "1800"));
        Request invite = alice.send(invite().add(HeaderName.SUPPORTED, "timer"));
        Response success = alice.nextResponse(200);
        acknowledge(invite, success);
        app.requests.get(0).getApplicationSession().setExpires(0);

        server.advance(Duration.ofMinutes(15));
        alice.send(alice.inDialog(Method.UPDATE, invite, success, 2)
                .add(HeaderName.SUPPORTED, "timer")
                .set(HeaderName.SESSION_EXPIRES, "1800;refresher=uac"));
        Response refreshed = alice.nextResponse(200);
        server.advance(Duration.ofSeconds(1767));

        assertThat(sessionExpires(refreshed)).isEqualTo("1800;refresher=uac");
        assertThat(alice.rest()).isEmpty();
        assertThat(app.seen).containsExactly("INVITE", "ACK");
        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        alice.nextResponse(200);
        server.assertEnded();
        assertThat(app.events).doesNotContain("timer expired");
    }

    // ---- who asks

    private Request call() throws Exception {
        SipServletRequest invite = app.request("INVITE", bob);
        invite.getApplicationSession().setExpires(0);
        invite.setContent("offer".getBytes(StandardCharsets.UTF_8), SDP);
        invite.send();
        return bob.nextRequest(Method.INVITE);
    }

    private Request answered(Request invite, String granted, String allow) {
        bob.send(bob.answer(invite, 200)
                .set(HeaderName.SESSION_EXPIRES, granted)
                .set(HeaderName.ALLOW, allow)
                .add(HeaderName.REQUIRE, "timer"));
        return bob.nextRequest(Method.ACK);
    }

    @Test
    @Rfc(value = 4028, section = "7.4")
    void aRefusedIntervalIsRaised() throws Exception {
        deploy(Map.of(TIMER, "600", TIMER + ".refresher", "self"));

        Request invite = call();
        bob.send(bob.answer(invite, 422).set(HeaderName.MIN_SE, "1200"));
        bob.nextRequest(Method.ACK);
        Request again = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(again, 422).set(HeaderName.MIN_SE, "1000")); // makes no sense
        bob.nextRequest(Method.ACK);

        assertThat(sessionExpires(invite)).isEqualTo("600;refresher=uac");
        assertThat(invite.headers().has(HeaderName.MIN_SE)).isFalse();
        assertThat(sessionExpires(again)).isEqualTo("1200;refresher=uac");
        assertThat(again.headers().first(HeaderName.MIN_SE)).hasValue("1200");
        assertThat(again.cseq().number()).isEqualTo(2);
        assertThat(again.callId()).isEqualTo(invite.callId());
        assertThat(again.body()).asString().isEqualTo("offer");
        assertThat(app.seen).containsExactly("422 INVITE");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 4028, section = "7.4")
    void afterARefusalTheCallGoesOnAsIfNothingHadHappened() throws Exception {
        deploy(Map.of(TIMER, "600"));

        Request invite = call();
        bob.send(bob.answer(invite, 422).set(HeaderName.MIN_SE, "1200"));
        bob.nextRequest(Method.ACK);
        Request again = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(again, 180));
        server.advance(Duration.ofSeconds(33)); // the first transaction is gone
        Request ack = answered(again, "1200;refresher=uas", "INVITE");
        SipServletRequest bye = app.responses.get(0).getSession().createRequest("BYE");
        bye.send();
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));

        assertThat(ack.cseq().number()).isEqualTo(2);
        assertThat(app.seen).containsExactly("180 INVITE", "200 INVITE", "200 BYE");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 4028, section = "7.4")
    void theContainerRefreshesByUpdateWherePeersAllowIt() throws Exception {
        deploy(Map.of(TIMER, "600"));
        answered(call(), "600;refresher=uac", "INVITE, UPDATE");

        server.advance(Duration.ofSeconds(299));
        assertThat(bob.rest()).isEmpty();
        server.advance(Duration.ofSeconds(1));
        Request update = bob.nextRequest(Method.UPDATE);
        bob.send(bob.answer(update, 200)
                .set(HeaderName.SESSION_EXPIRES, "600;refresher=uac")
                .set(HeaderName.ALLOW, "UPDATE"));
        server.advance(Duration.ofMinutes(5));
        Request next = bob.nextRequest(Method.UPDATE);

        assertThat(sessionExpires(update)).isEqualTo("600;refresher=uac");
        assertThat(update.headers().values(HeaderName.SUPPORTED)).contains("timer");
        assertThat(update.bodyLength()).isZero();
        assertThat(next.cseq().number()).isEqualTo(3);
        assertThat(app.seen).containsExactly("200 INVITE");
        bob.send(bob.answer(next, 481)); // the peer forgot the call
        assertThat(app.events).contains("timer expired");
    }

    @Test
    @Rfc(value = 4028, section = "7.4")
    void orByAReInviteWithTheSameDescription() throws Exception {
        deploy(Map.of(TIMER, "600"));
        answered(call(), "600;refresher=uac", "INVITE");

        server.advance(Duration.ofMinutes(5));
        Request again = bob.nextRequest(Method.INVITE);
        Request ack = answered(again, "600;refresher=uac", "INVITE");

        assertThat(again.toTag()).hasValue("to-bob");
        assertThat(again.body()).asString().isEqualTo("offer");
        assertThat(again.headers().first(HeaderName.CONTENT_TYPE)).hasValue(SDP);
        assertThat(ack.cseq().number()).isEqualTo(2);
        assertThat(app.seen).containsExactly("200 INVITE");
    }

    @Test
    @Rfc(value = 3261, section = "14.1")
    void aRefreshThatCrossesAnotherRequestIsSentAgain() throws Exception {
        deploy(Map.of(TIMER, "600"));
        answered(call(), "600;refresher=uac", "UPDATE");

        server.advance(Duration.ofMinutes(5));
        bob.send(bob.answer(bob.nextRequest(Method.UPDATE), 491));
        server.advance(Duration.ofMillis(2090));
        assertThat(bob.rest()).isEmpty();
        server.advance(Duration.ofMillis(1910)); // we made the Call-ID: 2.1 to 4 s
        bob.nextRequest(Method.UPDATE);

        assertThat(app.seen).containsExactly("200 INVITE");
    }

    @Test
    @Rfc(value = 4028, section = "10")
    void aRefresherThatGetsNoAnswerEndsTheSession() throws Exception {
        deploy(Map.of(TIMER, "90"));
        answered(call(), "90;refresher=uac", "UPDATE");

        server.advance(Duration.ofSeconds(45));
        bob.send(bob.answer(bob.nextRequest(Method.UPDATE), 503));
        server.advance(Duration.ofSeconds(15)); // 90 - 90/3

        bob.nextRequest(Method.UPDATE); // another try in between
        assertThat(bob.rest())
                .anyMatch(each ->
                        each instanceof Request request && request.method().equals(Method.BYE));
        assertThat(app.events).contains("timer expired");
    }

    @Test
    @Rfc(value = 4028, section = "7.2")
    void aPeerWithoutTimersKeepsNone() throws Exception {
        deploy(Map.of(TIMER, "90"));
        bob.send(bob.answer(call(), 200));
        bob.nextRequest(Method.ACK);

        server.advance(Duration.ofHours(1));

        assertThat(bob.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 4028, section = "10")
    void theLegsOfABackToBackUserAgentHaveTimersOfTheirOwn() throws Exception {
        deploy(Map.of(TIMER, "600"));
        app.on("INVITE", request -> {
            SipServletRequest leg = request.getB2buaHelper().createRequest(request, true, null);
            leg.setRequestURI(app.uri(bob.contact()));
            leg.getSession().setAttribute("other", request.getSession());
            leg.getApplicationSession().setExpires(0);
            leg.send();
        });
        app.onResponse(response -> {
            if (response.getMethod().equals("INVITE")) {
                response.createAck().send();
                response.getRequest()
                        .getB2buaHelper()
                        .getLinkedSipServletRequest(response.getRequest())
                        .createResponse(200)
                        .send();
            }
        });

        Request invite =
                alice.send(invite().add(HeaderName.SUPPORTED, "timer").set(HeaderName.SESSION_EXPIRES, "5000"));
        Request leg = bob.nextRequest(Method.INVITE);
        answered(leg, "120;refresher=uas", "INVITE");
        Response success = alice.nextResponse(200);
        acknowledge(invite, success);
        server.advance(Duration.ofSeconds(88)); // bob does not refresh
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));

        assertThat(sessionExpires(leg)).isEqualTo("600");
        assertThat(sessionExpires(success)).isEqualTo("600;refresher=uac");
        server.assertEnded();
    }

    @ParameterizedTest
    @CsvSource({"1800, 60", "200, 300", "soon, 90"})
    void aTimerThatCannotBeKeptKeepsTheApplicationOut(String timer, String minimum) {
        assertThatThrownBy(() -> deploy(Map.of(TIMER, timer, TIMER + ".minimum", minimum)))
                .isInstanceOf(ServletException.class)
                .hasMessageContaining("session");
    }
}
