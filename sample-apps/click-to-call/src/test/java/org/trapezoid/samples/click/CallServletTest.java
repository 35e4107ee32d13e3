// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.click;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.TimerService;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Third party call control in virtual time; the page is in the end-to-end test. */
class CallServletTest {

    private static final byte[] OFFER =
            "v=0\r\nm=audio 4000 RTP/AVP 0 8\r\nm=video 4002 RTP/AVP 96\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = "v=0\r\n".getBytes(StandardCharsets.US_ASCII);

    private final TestServer server = new TestServer();
    private final Peer first = server.peer("first");
    private final Peer second = server.peer("second");
    private final CallServlet servlet = new CallServlet();
    private SipApplicationSession call;
    private TimerService timers;

    @BeforeEach
    void begin() throws Exception {
        server.deploy("click-to-call", Map.of("org.trapezoid.session-timer", "1800"), servlet, CallServlet.class);
        SipFactory factory = (SipFactory) servlet.getServletContext().getAttribute(SipServlet.SIP_FACTORY);
        timers = (TimerService) servlet.getServletContext().getAttribute(SipServlet.TIMER_SERVICE);
        call = factory.createApplicationSession();
        Progress.beginsIn(call);
        CallServlet.begin(
                factory, timers, call, factory.createURI(first.contact()), factory.createURI(second.contact()));
    }

    private Response answers(Peer phone, Request invite, byte[] description) {
        return phone.send(phone.answer(invite, 200)
                .set(HeaderName.CONTENT_TYPE, "application/sdp")
                .body(description));
    }

    private static String text(Request request) {
        return new String(request.body(), StandardCharsets.US_ASCII);
    }

    private Progress progress() {
        return Progress.of(call).orElseThrow();
    }

    @Test
    @Rfc(value = 3725, section = "4.1")
    void theOfferOfTheFirstGoesToTheSecondAndTheAnswerBack() {
        Request invite = first.nextRequest(Method.INVITE);
        assertThat(invite.bodyLength()).isZero();
        answers(first, invite, OFFER);
        Request asked = second.nextRequest(Method.INVITE);
        assertThat(asked.body()).isEqualTo(OFFER);
        assertThat(first.rest()).as("no ACK before there is an answer").isEmpty();

        Response taken = answers(second, asked, ANSWER);

        assertThat(first.nextRequest(Method.ACK).body()).isEqualTo(ANSWER);
        assertThat(second.nextRequest(Method.ACK).bodyLength()).isZero();
        second.send(second.fromCallee(Method.BYE, asked, taken, 1));
        second.nextResponse(200);
        first.send(first.answer(first.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3264, section = "6")
    void whenTheSecondIsBusyTheFirstIsReleased() {
        Request invite = first.nextRequest(Method.INVITE);
        answers(first, invite, OFFER);

        second.send(second.answer(second.nextRequest(Method.INVITE), 486));

        second.nextRequest(Method.ACK);
        assertThat(text(first.nextRequest(Method.ACK))).endsWith("m=audio 0 RTP/AVP 0 8\r\nm=video 0 RTP/AVP 96\r\n");
        first.send(first.answer(first.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    void whenTheFirstDeclinesTheSecondIsNotCalled() {
        first.send(first.answer(first.nextRequest(Method.INVITE), 603));

        first.nextRequest(Method.ACK);
        assertThat(second.rest()).isEmpty();
        server.assertEnded();
    }

    @Test
    void neitherRingsForEver() {
        Request invite = first.nextRequest(Method.INVITE);
        first.send(first.answer(invite, 180));
        server.advance(Duration.ofSeconds(59));
        assertThat(first.rest()).isEmpty();
        server.advance(Duration.ofSeconds(1));
        first.send(first.answer(first.nextRequest(Method.CANCEL), 200));
        first.send(first.answer(invite, 487));
        first.nextRequest(Method.ACK);

        server.assertEnded();
    }

    @Test
    @Rfc(value = 3725, section = "4.1")
    void theSecondIsGivenUpBeforeTheFirstIsTiredOfWaiting() {
        Response answered = answers(first, first.nextRequest(Method.INVITE), OFFER);
        Request asked = second.nextRequest(Method.INVITE);
        second.send(second.answer(asked, 180));

        server.advance(Duration.ofSeconds(25));
        second.send(second.answer(second.nextRequest(Method.CANCEL), 200));
        second.send(second.answer(asked, 487));

        second.nextRequest(Method.ACK);
        assertThat(first.nextRequest(Method.ACK).toTag()).isEqualTo(answered.toTag());
        first.send(first.answer(first.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    void thePageMayHangUpWhileTheSecondRings() {
        answers(first, first.nextRequest(Method.INVITE), OFFER);
        Request asked = second.nextRequest(Method.INVITE);
        second.send(second.answer(asked, 180));

        CallServlet.hangUp(timers, call);
        server.advance(Duration.ofMillis(20));

        first.nextRequest(Method.ACK);
        first.send(first.answer(first.nextRequest(Method.BYE), 200));
        second.send(second.answer(second.nextRequest(Method.CANCEL), 200));
        assertThat(progress().isOver()).isTrue();
        answers(second, asked, ANSWER); // it crossed the CANCEL
        second.nextRequest(Method.ACK);
        second.send(second.answer(second.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3725, section = "7")
    void aPhoneMayChangeTheSessionLater() {
        Request invite = first.nextRequest(Method.INVITE);
        Response answered = answers(first, invite, OFFER);
        Request asked = second.nextRequest(Method.INVITE);
        answers(second, asked, ANSWER);
        first.nextRequest(Method.ACK);
        second.nextRequest(Method.ACK);

        Request hold = first.send(first.fromCallee(Method.INVITE, invite, answered, 1)
                .add(HeaderName.CONTENT_TYPE, "application/sdp")
                .body(OFFER));
        Request passed = second.nextRequest(Method.INVITE);
        answers(second, passed, ANSWER);
        Response agreed = first.nextResponse(200);
        first.send(first.fromCallee(Method.ACK, invite, answered, 1));

        assertThat(passed.body()).isEqualTo(OFFER);
        assertThat(agreed.body()).isEqualTo(ANSWER);
        assertThat(hold.callId()).isEqualTo(invite.callId());
        second.nextRequest(Method.ACK);
    }

    @Test
    void nobodyCallsIt() {
        Peer stranger = server.peer("stranger");

        stranger.send(stranger.request(Method.INVITE, "sip:anybody@a.test"));

        stranger.nextResponse(404);
    }
}
