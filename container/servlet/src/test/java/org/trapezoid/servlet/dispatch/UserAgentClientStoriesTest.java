// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.AuthInfo;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** Applications that call: requests of the factory, their responses, dialogs and ACKs (RFC 3261 §8.1, §12, §13.2). */
class UserAgentClientStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("uac", app, ScriptedServlet.class);
    }

    private static void acknowledge(SipServletResponse response) throws Exception {
        if (response.getMethod().equals("INVITE") && response.getStatus() / 100 == 2) {
            response.createAck().send();
        }
    }

    @Test
    @Checklist({"U14", "D1", "D5", "D13"})
    void anApplicationCallsAndHangsUp() throws Exception {
        app.onResponse(UserAgentClientStoriesTest::acknowledge);
        SipServletRequest call = app.request("INVITE", bob);
        SipSession session = call.getSession();
        assertThat(session.getState()).isEqualTo(SipSession.State.INITIAL);

        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 180));
        assertThat(session.getState()).isEqualTo(SipSession.State.EARLY);
        bob.send(bob.answer(invite, 200).add(HeaderName.RECORD_ROUTE, "<sip:198.51.100.1;lr>"));
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);
        Request ack = bob.nextRequest(Method.ACK);
        session.createRequest("BYE").send();
        Request bye = bob.nextRequest(Method.BYE);
        bob.send(bob.answer(bye, 200));

        assertThat(invite.uriText()).isEqualTo(bob.contact());
        assertThat(invite.viaCount()).isEqualTo(1);
        assertThat(invite.topVia().branch().orElseThrow()).startsWith("z9hG4bK");
        assertThat(invite.maxForwards()).isEqualTo(70);
        assertThat(invite.fromTag()).isPresent();
        assertThat(invite.toTag()).isEmpty();
        assertThat(invite.headers().first(HeaderName.CONTACT)).hasValue("<sip:192.0.2.1:5060>");
        assertThat(ack.cseq().number()).isEqualTo(invite.cseq().number());
        assertThat(ack.topVia().branch()).isNotEqualTo(invite.topVia().branch());
        assertThat(ack.headers().all(HeaderName.ROUTE)).containsExactly("<sip:198.51.100.1;lr>");
        assertThat(ack.headers().has(HeaderName.CONTACT)).isFalse();
        assertThat(bye.cseq().number()).isEqualTo(invite.cseq().number() + 1);
        assertThat(bye.toTag()).hasValue("to-bob");
        assertThat(bye.fromTag()).isEqualTo(invite.fromTag());
        assertThat(app.seen).containsExactly("180 INVITE", "200 INVITE", "200 BYE");
        server.assertEnded();
        assertThat(app.events).endsWith("sip destroyed", "app ready", "app destroyed");
    }

    @Test
    @Checklist("U13")
    void aPeerThatDoesNotAnswerIsA408() throws Exception {
        SipServletRequest options = app.request("OPTIONS", bob);

        options.send();
        server.advance(Duration.ofSeconds(33));

        assertThat(app.seen).containsExactly("408 OPTIONS");
        assertThat(app.responses.get(0).getRemoteAddr()).isNull();
        assertThat(options.getFinalResponse()).isSameAs(app.responses.get(0));
        server.assertEnded();
    }

    @Test
    @Checklist("U13")
    void aPeerThatCannotBeReachedIsA503() throws Exception {
        server.udp.fail(bob.address());

        app.request("INVITE", bob).send();
        server.advance(Duration.ofMillis(1));

        assertThat(app.seen).containsExactly("503 INVITE");
        server.assertEnded();
    }

    @Test
    @Checklist("U16")
    void aChallengedRequestIsSentAgainInItsSession() throws Exception {
        app.onResponse(response -> {
            if (response.getStatus() == 401) {
                assertThat(response.getSession().getState()).isEqualTo(SipSession.State.INITIAL);
                SipServletRequest again = response.getSession().createRequest(response.getMethod());
                again.addAuthHeader(response, "app", "secret");
                again.send();
            } else {
                acknowledge(response);
            }
        });

        app.request("INVITE", bob).send();
        Request first = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(first, 401)
                .set(
                        HeaderName.of("WWW-Authenticate"),
                        "Digest realm=\"a.test\", nonce=\"n1\", qop=\"auth\", algorithm=MD5"));
        bob.nextRequest(Method.ACK);
        Request second = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(second, 200));
        Request ack = bob.nextRequest(Method.ACK);

        assertThat(second.callId()).isEqualTo(first.callId());
        assertThat(second.fromTag()).isEqualTo(first.fromTag());
        assertThat(second.toTag()).isEmpty();
        assertThat(second.cseq().number()).isEqualTo(first.cseq().number() + 1);
        assertThat(second.headers().first(HeaderName.AUTHORIZATION).orElseThrow())
                .contains("username=\"app\"", "nonce=\"n1\"", "uri=\"" + bob.contact() + "\"");
        assertThat(ack.headers().all(HeaderName.AUTHORIZATION))
                .isEqualTo(second.headers().all(HeaderName.AUTHORIZATION));
        app.responses.get(1).getSession().createRequest("BYE").send();
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    @Checklist({"D12", "D14"})
    void eachForkedSuccessIsASessionWithItsAckRepeated() throws Exception {
        List<SipSession> sessions = new ArrayList<>();
        app.onResponse(response -> {
            if (response.getMethod().equals("INVITE") && response.getStatus() == 200) {
                sessions.add(response.getSession());
                response.createAck().send();
            }
        });
        SipServletRequest call = app.request("INVITE", bob);
        call.getSession().setAttribute("who", "caller");

        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 180)
                .set(HeaderName.TO, invite.to().withTag("early").toString()));
        bob.send(bob.answer(invite, 200));
        Request one = bob.nextRequest(Method.ACK);
        Response second = bob.send(bob.answer(invite, 200)
                .set(HeaderName.TO, invite.to().withTag("other").toString()));
        Request other = bob.nextRequest(Method.ACK);
        bob.send(second);
        Request again = bob.nextRequest(Method.ACK);

        assertThat(one.toTag()).hasValue("to-bob");
        assertThat(other.toTag()).hasValue("other");
        assertThat(again).hasToString(other.toString());
        assertThat(sessions).hasSize(2).doesNotHaveDuplicates();
        assertThat(sessions).allMatch(each -> "caller".equals(each.getAttribute("who")));
        assertThat(sessions).allMatch(each -> each.getState() == SipSession.State.CONFIRMED);
        assertThat(call.getApplicationSession().getSessionSet()).hasSize(3);
        server.advance(Duration.ofSeconds(33));
        assertThat(call.getApplicationSession().getSessionSet()).hasSize(2); // the early one ended
        for (SipSession each : sessions) {
            each.createRequest("BYE").send();
            bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        }
        assertThat(app.seen).containsExactly("180 INVITE", "200 INVITE", "200 INVITE", "200 BYE", "200 BYE");
        server.assertEnded();
    }

    @Test
    @Checklist("D12")
    void aRepeatedSuccessBeforeTheAckIsNotShownAgain() throws Exception {
        app.request("INVITE", bob).send();
        Request invite = bob.nextRequest(Method.INVITE);

        Response success = bob.send(bob.answer(invite, 200));
        bob.send(success);
        assertThat(bob.rest()).isEmpty();
        app.responses.get(0).createAck().send();
        bob.send(success);

        assertThat(app.seen).containsExactly("200 INVITE");
        bob.nextRequest(Method.ACK);
        bob.nextRequest(Method.ACK);
        assertThatThrownBy(() -> app.responses.get(0).createAck()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Checklist({"C1", "C2"})
    void aCancelWaitsForAProvisionalResponse() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);

        call.createCancel().send();
        assertThat(bob.rest()).isEmpty();
        bob.send(bob.answer(invite, 100));
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(invite, 487));
        bob.nextRequest(Method.ACK);

        assertThat(cancel.topVia()).isEqualTo(invite.topVia());
        assertThat(cancel.cseq().number()).isEqualTo(invite.cseq().number());
        assertThat(app.seen).containsExactly("487 INVITE");
        server.assertEnded();
    }

    @Test
    @Checklist("C2")
    void aSuccessThatCrossesTheCancelIsACall() throws Exception {
        app.onResponse(response -> {
            if (response.getMethod().equals("INVITE")) {
                response.createAck().send();
                response.getSession().createRequest("BYE").send();
            }
        });
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);

        call.createCancel().send();
        bob.send(bob.answer(invite, 200));
        bob.nextRequest(Method.ACK);
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));

        assertThat(bob.rest()).isEmpty();
        assertThatThrownBy(call::createCancel).isInstanceOf(IllegalStateException.class);
        server.assertEnded();
    }

    @Test
    @Checklist("C4")
    void aCancelledCallWithoutFinalResponseEnds() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 180));

        call.createCancel().send();
        server.advance(Duration.ofSeconds(33));

        assertThat(app.seen).containsExactly("180 INVITE", "408 INVITE");
        server.assertEnded();
    }

    @Test
    void aRefusedCallLeavesItsSessionForAnotherOne() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        call.getSession().setInvalidateWhenReady(false);
        call.getApplicationSession().setInvalidateWhenReady(false);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 183));
        bob.send(bob.answer(invite, 486));
        bob.nextRequest(Method.ACK);
        assertThat(call.getSession().getState()).isEqualTo(SipSession.State.INITIAL);

        call.getSession().createRequest("MESSAGE").send();

        Request message = bob.nextRequest(Method.MESSAGE);
        assertThat(message.callId()).isEqualTo(invite.callId());
        assertThat(message.cseq().number()).isEqualTo(2);
        bob.send(bob.answer(message, 200));
        call.getApplicationSession().invalidate();
        server.assertEnded();
    }

    @Test
    @Checklist({"D8", "D19"})
    void aDialogThatThePeerDoesNotKnowEnds() throws Exception {
        app.onResponse(UserAgentClientStoriesTest::acknowledge);
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 200));
        bob.nextRequest(Method.ACK);

        call.getSession().createRequest("INVITE").send();
        Request again = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(again, 488));
        bob.nextRequest(Method.ACK);
        assertThat(call.getSession().getState()).isEqualTo(SipSession.State.CONFIRMED);
        call.getSession().createRequest("INFO").send();
        bob.send(bob.answer(bob.nextRequest(Method.INFO), 481));

        assertThat(again.toTag()).hasValue("to-bob");
        assertThat(again.headers().has(HeaderName.CONTACT)).isTrue();
        server.assertEnded();
    }

    @Test
    @Checklist("D3")
    void aReInviteRefreshesTheTarget() throws Exception {
        app.onResponse(UserAgentClientStoriesTest::acknowledge);
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        Response success = bob.send(bob.answer(invite, 200));
        bob.nextRequest(Method.ACK);
        app.on("INVITE", request -> request.createResponse(200).send());

        Request reInvite = bob.send(bob.fromCallee(Method.INVITE, invite, success, 7)
                .set(HeaderName.CONTACT, "<sip:bob@198.51.100.1:5070>"));
        Response ok = bob.nextResponse(200);
        bob.send(bob.fromCallee(Method.ACK, invite, success, 7));
        bob.send(bob.fromCallee(Method.INFO, invite, success, 7)); // its number was used
        bob.nextResponse(500);
        call.getSession().createRequest("BYE").send();

        assertThat(ok.headers().first(HeaderName.CONTACT)).isPresent();
        assertThat(reInvite.toTag()).isEqualTo(invite.fromTag());
        Request bye =
                (Request) server.udp.sent().get(server.udp.sent().size() - 1).message();
        assertThat(bye.uriText()).isEqualTo("sip:bob@198.51.100.1:5070");
        assertThat(app.seen).contains("ACK");
        server.advance(Duration.ofSeconds(33)); // nobody answers the BYE
        server.assertEnded();
    }

    @Test
    @Checklist("D22")
    void aReliableProvisionalIsPrackedByTheApplication() throws Exception {
        app.onResponse(response -> {
            if (response.isReliableProvisional()) {
                response.createPrack().send();
            } else {
                acknowledge(response);
            }
        });
        SipServletRequest call = app.request("INVITE", bob);
        call.addHeader("Supported", "100rel");
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);

        Response first = bob.send(
                bob.answer(invite, 183).set(HeaderName.REQUIRE, "100rel").set(HeaderName.RSEQ, "10"));
        Request prack = bob.nextRequest(Method.PRACK);
        bob.send(first);
        bob.send(bob.answer(prack, 200));
        bob.send(bob.answer(invite, 200));
        bob.nextRequest(Method.ACK);
        call.getSession().createRequest("BYE").send();
        Request bye = bob.nextRequest(Method.BYE);
        bob.send(bob.answer(bye, 200));

        assertThat(prack.headers().first(HeaderName.RACK)).hasValue("10 1 INVITE");
        assertThat(prack.cseq().number()).isEqualTo(2);
        assertThat(bye.cseq().number()).isEqualTo(3);
        assertThat(app.seen).containsExactly("183 INVITE", "200 PRACK", "200 INVITE", "200 BYE");
        server.assertEnded();
    }

    @Test
    @Checklist("U10")
    void aResponseWithTwoViasIsDropped() throws Exception {
        app.request("MESSAGE", bob).send();
        Request message = bob.nextRequest(Method.MESSAGE);

        bob.send(bob.answer(message, 200).add(HeaderName.VIA, "SIP/2.0/UDP 203.0.113.9;branch=z9hG4bKother"));

        assertThat(app.seen).isEmpty();
    }

    @Test
    void aSessionThatIsInvalidatedWhileItCallsLeavesNothing() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 180));

        call.getApplicationSession().invalidate();
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(invite, 487));
        bob.nextRequest(Method.ACK);

        assertThat(app.seen).containsExactly("180 INVITE");
        server.assertEnded();
    }

    @Test
    void aCallThatComesAboutAfterItsSessionIsHungUp() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);

        call.getApplicationSession().invalidate();
        Response success = bob.send(bob.answer(invite, 200));
        Request ack = bob.nextRequest(Method.ACK);
        Request bye = bob.nextRequest(Method.BYE);
        bob.send(success);
        bob.nextRequest(Method.ACK);
        bob.send(bob.answer(bye, 200));

        assertThat(ack.toTag()).hasValue("to-bob");
        assertThat(bye.toTag()).hasValue("to-bob");
        assertThat(app.seen).isEmpty();
        server.assertEnded();
    }

    @Test
    void aRegistrationGoesOnInItsSession() throws Exception {
        SipServletRequest register = app.request("REGISTER", bob);
        register.getSession().setInvalidateWhenReady(false);
        register.getApplicationSession().setInvalidateWhenReady(false);
        register.setAddressHeader("Contact", app.address("<sip:app@192.0.2.1>;expires=60"));
        register.send();
        Request first = bob.nextRequest(Method.REGISTER);
        bob.send(bob.answer(first, 200));

        SipServletRequest again = register.getSession().createRequest("REGISTER");
        again.send();
        Request second = bob.nextRequest(Method.REGISTER);
        bob.send(bob.answer(second, 200));

        assertThat(first.headers().all(HeaderName.CONTACT)).containsExactly("<sip:app@192.0.2.1>;expires=60");
        assertThat(second.callId()).isEqualTo(first.callId());
        assertThat(second.cseq().number()).isEqualTo(2);
        assertThat(register.getSession().getState()).isEqualTo(SipSession.State.INITIAL);
        register.getApplicationSession().invalidate();
        server.assertEnded();
    }

    @Test
    @Checklist("D12")
    void aSuccessThatCameWhileTheApplicationHadTooMuchToDoIsShownWhenItIsRepeated() throws Exception {
        app.request("INVITE", bob).send();
        Request invite = bob.nextRequest(Method.INVITE);
        boolean[] flooded = {false};
        app.onResponse(response -> {
            if (!flooded[0]) {
                flooded[0] = true;
                for (int i = 0; i < 256; i++) {
                    bob.send(bob.answer(invite, 183));
                }
                bob.send(bob.answer(invite, 200)); // nobody can be told
            } else if (response.getStatus() == 200) {
                response.createAck().send();
            }
        });

        bob.send(bob.answer(invite, 180));
        assertThat(bob.rest()).isEmpty();
        bob.send(bob.answer(invite, 200));
        bob.nextRequest(Method.ACK);
        bob.send(bob.answer(invite, 200));
        bob.nextRequest(Method.ACK);

        assertThat(app.seen.stream().filter(each -> each.equals("200 INVITE"))).hasSize(1);
    }

    @Test
    @Checklist("D12")
    void aSuccessThatCouldNeverBeShownIsHungUp() throws Exception {
        app.request("INVITE", bob).send();
        Request invite = bob.nextRequest(Method.INVITE);
        boolean[] flooded = {false};
        app.onResponse(response -> {
            if (!flooded[0]) {
                flooded[0] = true;
                for (int i = 0; i < 256; i++) {
                    bob.send(bob.answer(invite, 183));
                }
                bob.send(bob.answer(invite, 200));
            }
        });

        bob.send(bob.answer(invite, 180));
        server.advance(Duration.ofSeconds(32));

        bob.nextRequest(Method.ACK);
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    private static final String THIRD_PARTY =
            "Digest realm=\"bank.example\", nonce=\"n9\", qop=\"auth\", algorithm=SHA-256";

    /** Case 30 of the attacks: a peer passes on the challenge of somebody else, to have it answered. */
    @Test
    @Checklist("A9")
    void credentialsAreGivenToConfiguredRealmsOnly() throws Exception {
        AuthInfo known = app.factory().createAuthInfo();
        known.addAuthInfo(401, "a.test", "app", "secret");
        app.onResponse(response -> {
            SipServletRequest again = response.getSession().createRequest("MESSAGE");
            again.addAuthHeader(response, known);
            again.send();
        });

        app.request("MESSAGE", bob).send();
        bob.send(bob.answer(bob.nextRequest(Method.MESSAGE), 401)
                .add(HeaderName.WWW_AUTHENTICATE, THIRD_PARTY)
                .add(HeaderName.WWW_AUTHENTICATE, "Digest realm=\"a.test\", nonce=\"n1\", algorithm=FUTURE")
                .add(HeaderName.WWW_AUTHENTICATE, "Digest realm=\"a.test\", nonce=\"n2\", algorithm=SHA-512-256")
                .add(HeaderName.WWW_AUTHENTICATE, "Digest realm=\"a.test\", nonce=\"n3\", algorithm=MD5"));
        Request again = bob.nextRequest(Method.MESSAGE);

        assertThat(again.headers().all(HeaderName.AUTHORIZATION)).hasSize(1);
        assertThat(again.headers().first(HeaderName.AUTHORIZATION).orElseThrow())
                .contains("realm=\"a.test\"", "nonce=\"n2\"", "algorithm=SHA-512-256");
    }

    @Test
    @Rfc(value = 7616, section = "3.4")
    void aNonceThatServesTwiceIsCounted() throws Exception {
        app.onResponse(response -> {
            if (response.getStatus() == 401) {
                SipServletRequest first = app.request("MESSAGE", bob);
                first.addAuthHeader(response, "app", "secret");
                first.send();
                SipServletRequest second = app.request("MESSAGE", bob);
                second.addAuthHeader(response, "app", "secret");
                second.send();
            }
        });

        app.request("MESSAGE", bob).send();
        bob.send(bob.answer(bob.nextRequest(Method.MESSAGE), 401)
                .add(
                        HeaderName.WWW_AUTHENTICATE,
                        "Digest realm=\"a.test\", nonce=\"n1\", qop=\"auth\", algorithm=MD5"));

        assertThat(bob.nextRequest(Method.MESSAGE)
                        .headers()
                        .first(HeaderName.AUTHORIZATION)
                        .orElseThrow())
                .contains("nc=00000001");
        assertThat(bob.nextRequest(Method.MESSAGE)
                        .headers()
                        .first(HeaderName.AUTHORIZATION)
                        .orElseThrow())
                .contains("nc=00000002");
    }
}
