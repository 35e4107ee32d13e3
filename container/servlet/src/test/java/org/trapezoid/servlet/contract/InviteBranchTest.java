// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.InviteBranch;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.UAMode;
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

/** Several dialogs of one INVITE, at either end (JSR 359). */
class InviteBranchTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("branches", app, ScriptedServlet.class);
        app.on("BYE", bye -> bye.createResponse(200).send());
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @Test
    @Rfc(value = 3261, section = "12.1")
    void eachBranchAnswersInADialogOfItsOwn() throws Exception {
        app.on("INVITE", invite -> {});
        Request invite = alice.send(alice.request(Method.INVITE, "sip:branches@a.test"));
        SipServletRequest call = app.requests.get(0);
        call.getSession().setAttribute("tariff", "night");
        InviteBranch first = call.createInviteBranch();
        InviteBranch second = call.createInviteBranch();

        first.createResponse(180, null).send();
        second.createResponse(183, null).send();
        second.createResponse(200, "Taken").send();

        Response ringing = alice.nextResponse(180);
        Response progress = alice.nextResponse(183);
        Response success = alice.nextResponse(200);
        assertThat(ringing.toTag()).isPresent().isNotEqualTo(progress.toTag());
        assertThat(success.toTag()).isEqualTo(progress.toTag());
        assertThat(success.reason()).isEqualTo("Taken");
        assertThat(first.getMode()).isEqualTo(UAMode.UAS);
        assertThat(first.getRequest()).isSameAs(call);
        assertThat(second.getFinalResponse().getStatus()).isEqualTo(200);
        assertThat(first.getFinalResponse()).isNull();
        assertThat(first.getSession()).isNotSameAs(second.getSession()).isNotSameAs(call.getSession());
        assertThat(first.getSession().getState()).isEqualTo(SipSession.State.EARLY);
        assertThat(second.getSession().getState()).isEqualTo(SipSession.State.CONFIRMED);
        assertThat(second.getSession().getAttribute("tariff")).isEqualTo("night");
        assertThat(second.getSession().getActiveInviteBranch()).isSameAs(second);

        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        assertThat(app.requests.get(1).getMethod()).isEqualTo("ACK");
        assertThat(app.requests.get(1).getSession()).isSameAs(second.getSession());
        assertThat(app.requests.get(1).getAcknowledgedResponse()).isSameAs(second.getFinalResponse());
        assertThat(second.getSession().getActiveInviteBranch()).isNull();

        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);
        server.advance(java.time.Duration.ofSeconds(33)); // the INVITE could have had more branches until then
        server.assertEnded();
        assertThat(alice.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    void severalBranchesMaySucceed() throws Exception {
        app.on("INVITE", invite -> {
            invite.createInviteBranch().createResponse(200, null).send();
            invite.createInviteBranch().createResponse(200, null).send();
        });

        Request invite = alice.send(alice.request(Method.INVITE, "sip:branches@a.test"));
        Response one = alice.nextResponse(200);
        Response other = alice.nextResponse(200);
        for (Response each : java.util.List.of(one, other)) {
            alice.send(alice.inDialog(Method.ACK, invite, each, 1));
            alice.send(alice.inDialog(Method.BYE, invite, each, 2));
            alice.nextResponse(200);
        }

        assertThat(one.toTag()).isNotEqualTo(other.toTag());
        assertThat(app.seen).containsExactly("INVITE", "ACK", "BYE", "ACK", "BYE");
        assertThatThrownBy(() -> app.requests.get(0).createResponse(486)).isInstanceOf(IllegalStateException.class);
        server.advance(java.time.Duration.ofSeconds(33)); // the INVITE could have had more branches until then
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "13.3.1.4")
    void theSuccessOfABranchIsRepeatedUntilItsAck() throws Exception {
        app.on(
                "INVITE",
                invite -> invite.createInviteBranch().createResponse(200, null).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:branches@a.test"));
        Response success = alice.nextResponse(200);

        server.advance(java.time.Duration.ofMillis(500));
        Response again = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        server.advance(java.time.Duration.ofSeconds(10));

        assertThat(again.toTag()).isEqualTo(success.toTag());
        assertThat(alice.rest()).isEmpty();
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);
        server.advance(java.time.Duration.ofSeconds(33)); // the INVITE could have had more branches until then
        server.assertEnded();
    }

    @Test
    void theSessionOfTheInviteEndsWhenABranchHasAnswered() throws Exception {
        app.on("INVITE", invite -> {
            invite.createResponse(180).send();
            invite.createInviteBranch().createResponse(200, null).send();
        });
        Request invite = alice.send(alice.request(Method.INVITE, "sip:branches@a.test"));
        alice.nextResponse(180);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);

        server.advance(java.time.Duration.ofSeconds(33));

        server.assertEnded();
    }

    @Test
    @Rfc(value = 6026, section = "7.1")
    void noProvisionalResponseOfAnotherDialogIsRepeatedAfterTheSuccess() throws Exception {
        app.on("INVITE", invite -> {
            invite.createResponse(183).sendReliably();
            invite.createInviteBranch().createResponse(183, null).sendReliably();
            invite.createInviteBranch().createResponse(200, null).send();
        });
        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:branches@a.test").add(HeaderName.SUPPORTED, "100rel"));
        alice.nextResponse(183);
        alice.nextResponse(183);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        server.advance(java.time.Duration.ofSeconds(5));

        assertThat(alice.rest()).isEmpty();
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);
        server.advance(java.time.Duration.ofSeconds(33));
        server.assertEnded();
    }

    @Test
    void anErrorOfOneBranchEndsThemAll() throws Exception {
        app.on("INVITE", invite -> {});
        alice.send(alice.request(Method.INVITE, "sip:branches@a.test"));
        SipServletRequest call = app.requests.get(0);
        InviteBranch first = call.createInviteBranch();
        InviteBranch second = call.createInviteBranch();
        first.createResponse(180, null).send();
        alice.nextResponse(180);

        second.createResponse(486, null).send();

        alice.nextResponse(486);
        assertThatThrownBy(() -> first.createResponse(200, null)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(call::createInviteBranch).isInstanceOf(IllegalStateException.class);
        server.assertEnded();
    }

    @Test
    void aCancelledCallEndsItsBranches() throws Exception {
        app.on(
                "INVITE",
                invite -> invite.createInviteBranch().createResponse(180, null).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:branches@a.test"));
        alice.nextResponse(180);

        alice.send(invite.toBuilder()
                .method(Method.CANCEL)
                .set(HeaderName.CSEQ, "1 CANCEL")
                .build());

        alice.nextResponse(200);
        alice.nextResponse(487);
        server.assertEnded();
    }

    @Test
    void aStatusThatIsNoneIsRefused() throws Exception {
        app.on("INVITE", invite -> {});
        alice.send(alice.request(Method.INVITE, "sip:branches@a.test"));
        InviteBranch branch = app.requests.get(0).createInviteBranch();

        assertThatThrownBy(() -> branch.createResponse(99, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> branch.createResponse(700, null)).isInstanceOf(IllegalArgumentException.class);
        branch.createResponse(480, null).send();
        server.assertEnded();
    }

    @Test
    void keepsAttributesOfItsOwn() throws Exception {
        app.on("INVITE", invite -> {});
        alice.send(alice.request(Method.INVITE, "sip:branches@a.test"));
        InviteBranch branch = app.requests.get(0).createInviteBranch();

        branch.setAttribute("leg", 1);

        assertThat(branch.getAttributeNameSet()).containsExactly("leg");
        assertThat(branch.getSession().getAttribute("leg")).isNull();
        branch.clearAttributes();
        assertThat(branch.getAttribute("leg")).isNull();
        branch.createResponse(480, null).send();
        server.assertEnded();
        assertThatThrownBy(() -> branch.setAttribute("leg", 2)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    void aCallerHasABranchForEachDialog() throws Exception {
        app.onResponse(response -> {
            if (response.getStatus() == 200 && response.getMethod().equals("INVITE")) {
                assertThat(response.getSession().getActiveInviteBranch()).isSameAs(response.getInviteBranch());
                response.createAck().send();
                assertThat(response.getSession().getActiveInviteBranch()).isNull();
            }
        });
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(tagged(bob.answer(invite, 180), invite, "one"));
        bob.send(tagged(bob.answer(invite, 180), invite, "two"));
        bob.send(tagged(bob.answer(invite, 200), invite, "two"));
        bob.nextRequest(Method.ACK);

        InviteBranch one = app.responses.get(0).getInviteBranch();
        InviteBranch two = app.responses.get(1).getInviteBranch();

        assertThat(one).isNotSameAs(two);
        assertThat(one.getMode()).isEqualTo(UAMode.UAC);
        assertThat(two).isSameAs(app.responses.get(2).getInviteBranch());
        assertThat(two.getFinalResponse()).isSameAs(app.responses.get(2));
        assertThat(one.getFinalResponse()).isNull();
        assertThatThrownBy(() -> one.createResponse(200, null)).isInstanceOf(IllegalStateException.class);
        two.getSession().createRequest("BYE").send();
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        server.assertEndsInTime();
    }

    @Test
    void onlyAnInviteThatBeginsACallHasBranches() throws Exception {
        app.on("OPTIONS", options -> {
            assertThatThrownBy(options::createInviteBranch).isInstanceOf(IllegalStateException.class);
            options.createResponse(200).send();
        });

        alice.send(alice.request(Method.OPTIONS, "sip:branches@a.test"));

        alice.nextResponse(200);
        assertThatThrownBy(app.request("INVITE", bob)::createInviteBranch).isInstanceOf(IllegalStateException.class);
    }

    private static Response.Builder tagged(Response.Builder answer, Request invite, String tag) {
        return answer.set(HeaderName.TO, invite.to().withTag(tag).toString());
    }
}
