// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.Rel100Exception;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import java.time.Duration;
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
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** Applications that answer: responses, dialogs, retransmissions, refusals of the container (RFC 3261 §8.2, §12, §13.3). */
class UserAgentServerStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @BeforeEach
    void deploy() throws Exception {
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("BYE", request -> request.createResponse(200).send());
        server.deploy("uas", app, ScriptedServlet.class);
    }

    private Request invite() {
        return alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
    }

    private void cancel(Request invite) {
        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));
    }

    @Test
    @Checklist({"D1", "U7"})
    void aSuccessCopiesTheRecordRoutesAndCarriesContactAndTag() {
        app.on("INVITE", request -> {
            request.createResponse(180).send();
            request.createResponse(200).send();
        });

        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test")
                .add(HeaderName.VIA, "SIP/2.0/TCP p1.test;branch=z9hG4bKp1")
                .add(HeaderName.RECORD_ROUTE, "<sip:p2.test;lr>")
                .add(HeaderName.RECORD_ROUTE, "<sip:p1.test;lr>"));
        Response ringing = alice.nextResponse(180);
        Response success = alice.nextResponse(200);

        assertThat(success.toTag()).isEqualTo(ringing.toTag()).isPresent();
        for (Response each : new Response[] {ringing, success}) {
            assertThat(each.headers().values(HeaderName.RECORD_ROUTE))
                    .containsExactly("<sip:p2.test;lr>", "<sip:p1.test;lr>");
            assertThat(each.headers().has(HeaderName.CONTACT)).isTrue();
            assertThat(each.headers().values(HeaderName.VIA))
                    .isEqualTo(invite.headers().values(HeaderName.VIA));
            assertThat(each.from()).isEqualTo(invite.from());
            assertThat(each.to().uri()).isEqualTo(invite.to().uri());
            assertThat(each.callId()).isEqualTo(invite.callId());
            assertThat(each.cseq()).isEqualTo(invite.cseq());
        }
    }

    @Test
    @Checklist("D15")
    void aSuccessThatIsNeverAcknowledgedIsReported() {
        app.onError(event -> {
            assertThat(event.getRequest().getMethod()).isEqualTo("INVITE");
            assertThat(event.getResponse().getStatus()).isEqualTo(200);
            event.getRequest().getSession().createRequest("BYE").send();
        });

        invite();
        server.advance(Duration.ofSeconds(32));

        assertThat(app.events).contains("noAck");
        alice.rest().subList(0, 11).forEach(each -> assertThat(((Response) each).status())
                .isEqualTo(200));
        Request bye = (Request) alice.rest().get(11);
        assertThat(bye.method()).isEqualTo(Method.BYE);
        assertThat(bye.uriText()).isEqualTo(alice.contact());
        alice.send(alice.answer(bye, 200));
        server.assertEnded();
    }

    @Test
    @Checklist("D22")
    void aReliableProvisionalIsRepeatedUntilItsPrack() {
        app.on("INVITE", request -> {
            request.createResponse(183).sendReliably();
            request.createResponse(180).sendReliably();
        });
        app.on("PRACK", request -> request.createResponse(200).send());

        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:app@a.test").add(HeaderName.SUPPORTED, "100rel"));
        Response progress = alice.nextResponse(183);
        server.advance(Duration.ofMillis(600));
        assertThat(alice.nextResponse(183)).hasToString(progress.toString());
        assertThat(alice.rest()).isEmpty(); // the 180 waits for the PRACK
        long rseq = Long.parseLong(progress.headers().first(HeaderName.RSEQ).orElseThrow());
        alice.send(alice.inDialog(Method.PRACK, invite, progress, 2).set(HeaderName.RACK, (rseq + 5) + " 1 INVITE"));
        alice.nextResponse(481);
        alice.send(alice.inDialog(Method.PRACK, invite, progress, 3).set(HeaderName.RACK, rseq + " 1 INVITE"));
        Response ringing = (Response) alice.rest().stream()
                .filter(each -> each instanceof Response r && r.status() == 180)
                .findFirst()
                .orElseThrow();
        assertThat(alice.rest()).anyMatch(each -> each instanceof Response r && r.status() == 200);
        alice.next();
        alice.next();
        alice.send(alice.inDialog(Method.PRACK, invite, ringing, 4).set(HeaderName.RACK, (rseq + 1) + " 1 INVITE"));
        alice.nextResponse(200);
        server.advance(Duration.ofSeconds(5));
        assertThat(alice.rest()).isEmpty();
        cancel(invite);

        assertThat(ringing.headers().first(HeaderName.RSEQ)).hasValue(Long.toString(rseq + 1));
        assertThat(progress.headers().values(HeaderName.REQUIRE)).containsExactly("100rel");
        assertThat(app.seen).containsExactly("INVITE", "PRACK", "PRACK", "CANCEL");
        server.assertEnded();
    }

    @Test
    @Checklist("D22")
    void aReliableProvisionalWithoutPrackIsReported() {
        app.on("INVITE", request -> request.createResponse(183).sendReliably());
        app.onError(event -> event.getRequest().createResponse(504).send());

        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:app@a.test").add(HeaderName.SUPPORTED, "100rel"));
        server.advance(Duration.ofSeconds(32));

        assertThat(app.events).contains("noPrack");
        Response refused = (Response) alice.rest().get(alice.rest().size() - 1);
        assertThat(refused.status()).isEqualTo(504);
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, refused.to().toString()));
        server.assertEnded();
    }

    @Test
    @Checklist("D22")
    void aSuccessWaitsForThePrackOfAnOffer() {
        app.on("INVITE", request -> {
            SipServletResponse progress = request.createResponse(183);
            progress.setContent("v=0", "application/sdp");
            progress.sendReliably();
        });
        app.on("PRACK", request -> {
            request.createResponse(200).send();
            app.requests.get(0).createResponse(200).send();
        });

        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:app@a.test").add(HeaderName.REQUIRE, "100rel"));
        Response progress = alice.nextResponse(183);
        String rseq = progress.headers().first(HeaderName.RSEQ).orElseThrow();
        alice.send(alice.inDialog(Method.PRACK, invite, progress, 2).set(HeaderName.RACK, rseq + " 1 INVITE"));
        alice.nextResponse(200);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        alice.nextResponse(200);

        assertThat(app.seen).containsExactly("INVITE", "PRACK", "ACK", "BYE");
        server.assertEnded();
    }

    @Test
    void aReliableProvisionalNeedsAPeerThatKnowsThem() {
        app.on("INVITE", request -> {
            assertThatThrownBy(() -> request.createResponse(183).sendReliably())
                    .isInstanceOfSatisfying(Rel100Exception.class, e -> assertThat(e.getReason())
                            .isEqualTo(Rel100Exception.NO_REQ_SUPPORT));
            assertThatThrownBy(() -> request.createResponse(200).sendReliably()).isInstanceOf(Rel100Exception.class);
            request.createResponse(486).send();
        });

        invite();

        alice.nextResponse(486);
    }

    @Test
    @Checklist("D6")
    void aRequestOutOfOrderGets500() {
        Request invite = invite();
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        app.on("INFO", request -> request.createResponse(200).send());

        alice.send(alice.inDialog(Method.INFO, invite, success, 10)); // a gap is fine
        alice.nextResponse(200);
        alice.send(alice.inDialog(Method.INFO, invite, success, 9));
        alice.nextResponse(500);

        assertThat(app.seen).containsExactly("INVITE", "ACK", "INFO");
    }

    @Test
    @Checklist("D3")
    @Rfc(value = 6141, section = "4.6")
    void aTargetRefreshThatIsRefusedRefreshesNothing() throws Exception {
        Request invite = invite();
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        SipSession session = app.requests.get(0).getSession();
        app.on("UPDATE", request -> request.createResponse(request.getContentLength() > 0 ? 488 : 200)
                .send());

        alice.send(alice.inDialog(Method.UPDATE, invite, success, 2)
                .set(HeaderName.CONTACT, "<sip:alice@198.51.100.1:5090>")
                .body(new byte[] {1}));
        alice.nextResponse(488);
        session.createRequest("INFO").send();
        Request info = alice.nextRequest(Method.INFO);
        alice.send(alice.answer(info, 200));
        alice.send(alice.inDialog(Method.UPDATE, invite, success, 3)
                .set(HeaderName.CONTACT, "<sip:alice@198.51.100.1:5090>"));
        alice.nextResponse(200);
        session.createRequest("INFO").send();

        assertThat(info.uriText()).isEqualTo(alice.contact());
        Request moved =
                (Request) server.udp.sent().get(server.udp.sent().size() - 1).message();
        assertThat(moved.uriText()).isEqualTo("sip:alice@198.51.100.1:5090");
    }

    @Test
    @Checklist("U4")
    void aRequestThatCameTwoWaysIsMerged() {
        app.on("INVITE", request -> request.createResponse(180).send());
        Request invite = invite();
        alice.nextResponse(180);

        alice.send(invite.toBuilder().set(HeaderName.VIA, "SIP/2.0/UDP 198.51.100.1:5060;branch=z9hG4bKanother"));

        alice.nextResponse(482);
        assertThat(app.seen).containsExactly("INVITE");
    }

    @Test
    @Checklist("U3")
    void anUnknownSchemeThatNoApplicationWantsGets416() {
        server.layer().applications().undeploy("uas", Duration.ZERO);

        alice.send(alice.request(Method.OPTIONS, "soap.beep:thing"));
        alice.nextResponse(416);
        alice.send(alice.request(Method.OPTIONS, "sip:app@192.0.2.1").set(HeaderName.CSEQ, "2 OPTIONS"));
        alice.nextResponse(404);
    }

    @Test
    @Checklist("U19")
    void maxForwardsZeroMeansNothingToAUserAgent() {
        app.on("OPTIONS", request -> request.createResponse(200).send());

        alice.send(alice.request(Method.OPTIONS, "sip:app@192.0.2.1").set(HeaderName.MAX_FORWARDS, "0"));

        alice.nextResponse(200);
        server.assertEnded();
    }

    @Test
    @Checklist("U20")
    void aByeEndsThePendingRequests() {
        app.on("INVITE", request -> request.createResponse(180).send());

        Request invite = invite();
        Response ringing = alice.nextResponse(180);
        alice.send(alice.inDialog(Method.INFO, invite, ringing, 2));
        alice.send(alice.inDialog(Method.BYE, invite, ringing, 3));

        assertThat(alice.rest())
                .extracting(
                        each -> ((Response) each).status() + " " + each.cseq().method())
                .containsExactlyInAnyOrder("487 INVITE", "487 INFO", "200 BYE");
        assertThat(app.seen).containsExactly("INVITE", "INFO", "BYE");
        SipServletRequest first = app.requests.get(0);
        assertThatThrownBy(() -> first.createResponse(200)).isInstanceOf(IllegalStateException.class);
        Response terminated = (Response) alice.rest().stream()
                .filter(each -> each.cseq().method().equals("INVITE"))
                .findFirst()
                .orElseThrow();
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, terminated.to().toString()));
        server.assertEnded();
    }

    @Test
    @Checklist("D10")
    void aPeerOfRfc2543HasNeitherTagsNorBranches() {
        String head = """
                %s sip:app@192.0.2.1 SIP/2.0
                Via: SIP/2.0/UDP 198.51.100.1:5060
                From: <sip:alice@a.test>
                To: <sip:app@a.test>%s
                Call-ID: old
                CSeq: %d %s
                Contact: <sip:alice@198.51.100.1:5060>
                Content-Length: 0

                """;
        server.udp.receive(alice.address(), head.formatted("INVITE", "", 1, "INVITE"));
        Response success = alice.nextResponse(200);
        String tag = ";tag=" + success.toTag().orElseThrow();
        server.udp.receive(alice.address(), head.formatted("ACK", tag, 1, "ACK"));
        server.advance(Duration.ofSeconds(5));
        assertThat(alice.rest()).isEmpty(); // it was acknowledged
        server.udp.receive(alice.address(), head.formatted("BYE", tag, 2, "BYE"));

        alice.nextResponse(200);
        assertThat(app.seen).containsExactly("INVITE", "ACK", "BYE");
        server.assertEnded();
    }

    @Test
    @Checklist("C7")
    void aCancelAfterTheAnswerIsAnsweredAndDoesNothing() {
        Request invite = invite();
        Response success = alice.nextResponse(200);

        cancel(invite);
        alice.nextResponse(200);

        assertThat(app.seen).containsExactly("INVITE");
        assertThat(app.requests.get(0).getSession().getState()).isEqualTo(SipSession.State.CONFIRMED);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        server.assertEnded();
    }

    @Test
    @Checklist("C5")
    void aCancelForNothingGets481() {
        cancel(alice.request(Method.INVITE, "sip:app@a.test").build());

        alice.nextResponse(481);
        assertThat(app.seen).isEmpty();
        server.assertEnded();
    }

    @Test
    @Checklist({"D16", "D17", "D20"})
    void invitesThatMeetAreRefused() throws Exception {
        Request invite = invite();
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        SipSession session = app.requests.get(0).getSession();
        app.on("INVITE", request -> {});

        alice.send(alice.inDialog(Method.INVITE, invite, success, 2)); // the application thinks about it
        alice.send(alice.inDialog(Method.INVITE, invite, success, 3));
        Response refused = alice.nextResponse(500);
        app.requests.get(2).createResponse(200).send();
        alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 2));
        session.createRequest("INVITE").send();
        alice.nextRequest(Method.INVITE);
        alice.send(alice.inDialog(Method.INVITE, invite, success, 4));
        alice.nextResponse(491);

        assertThat(Integer.parseInt(
                        refused.headers().first(HeaderName.RETRY_AFTER).orElseThrow()))
                .isBetween(0, 10);
        assertThat(app.seen).containsExactly("INVITE", "ACK", "INVITE", "ACK");
    }

    @Test
    @Checklist({"D15", "D21"})
    void aSuccessIsRepeatedOverAConnectionTooAndTheByeOfTheCalleeWaitsForItsAck() throws Exception {
        Peer carol = server.connected("carol");
        Request invite = carol.send(carol.request(Method.INVITE, "sip:app@a.test"));
        Response success = carol.nextResponse(200);

        app.requests.get(0).getSession().createRequest("BYE").send();
        server.advance(Duration.ofMillis(3600));
        assertThat(carol.rest())
                .hasSize(3) // after 0.5, 1.5 and 3.5 s
                .allMatch(each -> each instanceof Response repeated && repeated.status() == 200);
        carol.send(carol.inDialog(Method.ACK, invite, success, 1));
        server.advance(Duration.ofSeconds(30));

        assertThat(carol.rest()).hasSizeGreaterThan(3);
        Request bye = (Request) carol.rest().get(3);
        assertThat(bye.method()).isEqualTo(Method.BYE);
        assertThat(carol.rest()).hasSize(4);
        server.assertEndsInTime();
    }

    @Test
    @Checklist({"D7", "P28"})
    void anAckOfNoDialogIsDropped() {
        alice.send(alice.request(Method.ACK, "sip:app@a.test").set(HeaderName.TO, "<sip:app@a.test>;tag=x"));
        alice.send(alice.request(Method.ACK, "sip:bob@b.test").set(HeaderName.TO, "<sip:bob@b.test>;tag=x"));

        assertThat(alice.rest()).isEmpty();
        assertThat(app.seen).isEmpty();
        assertThat(server.udp.sent()).isEmpty();
        assertThat(server.transactions()).isZero();
    }

    @Test
    @Checklist("U5")
    void aCancelMayRequireWhatItLikes() {
        app.on("INVITE", request -> request.createResponse(180).send());
        Request invite = invite();
        alice.nextResponse(180);

        alice.send(invite.toBuilder()
                .method(Method.CANCEL)
                .set(HeaderName.CSEQ, "1 CANCEL")
                .add(HeaderName.REQUIRE, "nothingSupportsThis"));

        alice.nextResponse(200);
        Response terminated = alice.nextResponse(487);
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, terminated.to().toString())
                .add(HeaderName.REQUIRE, "nothingSupportsThis"));
        server.advance(Duration.ofSeconds(10));
        assertThat(alice.rest()).isEmpty(); // the ACK counts
        server.assertEnded();
    }

    @Test
    @Checklist("D20")
    void theApplicationSendsNoInviteWhileOneIsUnderWay() throws Exception {
        Request invite = invite();
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        SipSession session = app.requests.get(0).getSession();
        app.on("INVITE", request -> {});

        session.createRequest("INVITE").send();
        Request ours = alice.nextRequest(Method.INVITE);
        SipServletRequest second = session.createRequest("INVITE");
        assertThatThrownBy(second::send)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot send an INVITE");
        alice.send(alice.answer(ours, 488));
        alice.nextRequest(Method.ACK);
        alice.send(alice.inDialog(Method.INVITE, invite, success, 2)); // the application thinks about it
        SipServletRequest third = session.createRequest("INVITE");

        assertThatThrownBy(third::send).isInstanceOf(IllegalStateException.class);
        assertThat(alice.rest()).isEmpty();
        session.getApplicationSession().invalidate();
    }

    @Test
    @Checklist("D21")
    void theCalleeDoesNotSendByeBeforeItAnswered() {
        app.on("INVITE", request -> request.createResponse(180).send());
        invite();
        SipSession session = app.requests.get(0).getSession();

        assertThat(session.getState()).isEqualTo(SipSession.State.EARLY);
        assertThatThrownBy(() -> session.createRequest("BYE")).isInstanceOf(IllegalStateException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"INVITE", "MESSAGE"})
    void aRequestThatTheApplicationForgetsEndsWithItsSession(String method) {
        app.on("INVITE", request -> {});

        alice.send(alice.request(Method.of(method), "sip:app@a.test"));
        server.advance(Duration.ofMinutes(3));

        assertThat(app.events).contains("app destroyed");
        if (method.equals("INVITE")) {
            assertThat(app.events).contains("app expired");
            Response last = (Response) alice.rest().get(1);
            assertThat(last.status()).isEqualTo(408);
        }
        server.assertEnded();
    }

    @Test
    void aTerminatedSessionThatIsKeptTakesNoMoreRequests() {
        app.on("INVITE", request -> {
            request.getApplicationSession().setInvalidateWhenReady(false);
            request.getSession().setInvalidateWhenReady(false);
            request.createResponse(200).send();
        });
        Request invite = invite();
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);

        alice.send(alice.inDialog(Method.INFO, invite, success, 3));
        alice.nextResponse(481);

        SipSession session = app.requests.get(0).getSession();
        assertThat(session.isValid()).isTrue();
        assertThat(session.getState()).isEqualTo(SipSession.State.TERMINATED);
        assertThatThrownBy(() -> session.createRequest("INFO")).isInstanceOf(IllegalStateException.class);
        server.assertEndsInTime();
    }
}
