// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** UPDATE and re-INVITE that cross (RFC 3261 §14, RFC 3311 §5): offers are answered before others are made. */
class OfferStoriesTest {

    private static final String SDP = "application/sdp";

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
        app.on("BYE", request -> request.createResponse(200).send());
        server.deploy("app", app, ScriptedServlet.class);
    }

    private static <M extends Message.Builder<M>> M described(M message) {
        return message.set(HeaderName.CONTENT_TYPE, SDP).body("v=0".getBytes(StandardCharsets.UTF_8));
    }

    private static void describe(jakarta.servlet.sip.SipServletMessage message) throws Exception {
        message.setContent("v=0".getBytes(StandardCharsets.UTF_8), SDP);
    }

    /** Alice calls and is answered. */
    private Response call(Request invite) {
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        return success;
    }

    private SipSession session() {
        return app.requests.get(0).getSession();
    }

    @Test
    @Checklist("D23")
    @Rfc(value = 3264, section = "4")
    @Rfc(value = 3311, section = "5.2")
    void anOfferThatCrossesOursIsRefusedWith491() throws Exception {
        app.on("INVITE", request -> request.createResponse(200).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = call(invite);

        SipServletRequest ours = session().createRequest("UPDATE");
        describe(ours);
        ours.send();
        Request atAlice = alice.nextRequest(Method.UPDATE);
        alice.send(described(alice.inDialog(Method.UPDATE, invite, success, 2)));
        alice.nextResponse(491);
        alice.send(alice.inDialog(Method.INVITE, invite, success, 3));
        alice.nextResponse(491);
        alice.send(described(alice.answer(atAlice, 200)));
        app.on("UPDATE", request -> request.createResponse(200).send());
        alice.send(described(alice.inDialog(Method.UPDATE, invite, success, 4)));

        alice.nextResponse(200);
    }

    @Test
    @Checklist("D23")
    @Rfc(value = 3311, section = "5.2")
    void anOfferBeforeTheAnswerToTheOneBeforeIsRefusedWith500() throws Exception {
        app.on("INVITE", request -> request.createResponse(180).send());
        Request invite = alice.send(described(alice.request(Method.INVITE, "sip:app@a.test")));
        Response ringing = alice.nextResponse(180);

        alice.send(described(alice.inDialog(Method.UPDATE, invite, ringing, 2)));

        assertThat(alice.nextResponse(500).headers().has(HeaderName.RETRY_AFTER))
                .isTrue();
        assertThat(app.seen).containsExactly("INVITE");
        app.requests.get(0).createResponse(486).send();
    }

    @Test
    @Checklist("D23")
    @Rfc(value = 3311, section = "5.1")
    void afterAReliableAnswerAnEarlyDialogTakesAnUpdate() throws Exception {
        app.on("INVITE", request -> {
            var progress = request.createResponse(183);
            describe(progress);
            progress.sendReliably();
        });
        app.on("PRACK", request -> request.createResponse(200).send());
        app.on("UPDATE", request -> request.createResponse(200).send());
        Request invite = alice.send(
                described(alice.request(Method.INVITE, "sip:app@a.test")).add(HeaderName.SUPPORTED, "100rel"));
        Response progress = alice.nextResponse(183);
        String rseq = progress.headers().first(HeaderName.RSEQ).orElseThrow();
        alice.send(alice.inDialog(Method.PRACK, invite, progress, 2).set(HeaderName.RACK, rseq + " 1 INVITE"));
        alice.nextResponse(200);

        alice.send(described(alice.inDialog(Method.UPDATE, invite, progress, 3)));

        alice.nextResponse(200);
        assertThat(app.seen).containsExactly("INVITE", "PRACK", "UPDATE");
        app.requests.get(0).createResponse(486).send();
    }

    @Test
    @Checklist("D23")
    @Rfc(value = 3311, section = "5.2")
    void aSecondUpdateBeforeTheAnswerIsRefusedWith500() throws Exception {
        app.on("INVITE", request -> request.createResponse(200).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = call(invite);

        alice.send(alice.inDialog(Method.UPDATE, invite, success, 2));
        alice.send(alice.inDialog(Method.UPDATE, invite, success, 3));

        assertThat(alice.nextResponse(500).headers().has(HeaderName.RETRY_AFTER))
                .isTrue();
        assertThat(app.seen).containsExactly("INVITE", "ACK", "UPDATE");
    }

    @Test
    @Rfc(value = 3311, section = "5.1")
    void theApplicationCannotSendWhatCrosses() throws Exception {
        SipServletRequest invite = app.request("INVITE", bob);
        describe(invite);
        invite.send();
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 180));
        SipServletRequest early = invite.getSession().createRequest("UPDATE");
        describe(early);

        assertThatThrownBy(early::send)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cannot send an UPDATE")
                .hasMessageContaining("not answered yet");

        invite.getSession().createRequest("UPDATE").send(); // it offers nothing
        bob.nextRequest(Method.UPDATE);
        SipServletRequest second = invite.getSession().createRequest("UPDATE");
        assertThatThrownBy(second::send).isInstanceOf(IllegalStateException.class);
    }
}
