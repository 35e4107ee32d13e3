// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.UAMode;
import java.time.Duration;
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

/** States of sessions, and what they allow (JSR 289 §6.2). */
class SipSessionTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("sessions", app, ScriptedServlet.class);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private SipSession session() {
        return app.requests.get(0).getSession();
    }

    /** It does not end by itself. */
    private static void keep(SipSession session) {
        session.setInvalidateWhenReady(false);
        session.getApplicationSession().setInvalidateWhenReady(false);
    }

    @Test
    void aCallerGoesFromInitialOverEarlyAndConfirmedToTerminated() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        SipSession session = call.getSession();
        keep(session);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(Response.to(invite, 180)); // without tag
        assertThat(session.getState()).isEqualTo(SipSession.State.INITIAL);
        bob.send(bob.answer(invite, 180));
        assertThat(session.getState()).isEqualTo(SipSession.State.EARLY);
        bob.send(bob.answer(invite, 200));
        app.responses.get(2).createAck().send();
        bob.nextRequest(Method.ACK);
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);

        session.createRequest("BYE").send();
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));

        assertThat(session.getState()).isEqualTo(SipSession.State.TERMINATED);
        assertThat(session.isReadyToInvalidate()).isTrue();
        assertThatThrownBy(() -> session.createRequest("INFO")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aRefusedCallerIsInitialAgain() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        SipSession session = call.getSession();
        keep(session);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 180));
        assertThatThrownBy(() -> session.createRequest("INVITE").send()).isInstanceOf(IllegalStateException.class);

        bob.send(bob.answer(invite, 486));
        bob.nextRequest(Method.ACK);

        assertThat(session.getState()).isEqualTo(SipSession.State.INITIAL);
        session.createRequest("INVITE").send();
        Request again = bob.nextRequest(Method.INVITE);
        assertThat(again.callId()).isEqualTo(invite.callId());
        assertThat(again.fromTag()).isEqualTo(invite.fromTag());
        assertThat(again.toTag()).isEmpty();
        assertThat(again.cseq().number()).isEqualTo(invite.cseq().number() + 1);
    }

    @Test
    void aCalleeThatRefusesIsTerminated() throws Exception {
        app.on("INVITE", invite -> {
            keep(invite.getSession());
            assertThat(invite.getSession().getState()).isEqualTo(SipSession.State.INITIAL);
            invite.createResponse(180).send();
            assertThat(invite.getSession().getState()).isEqualTo(SipSession.State.EARLY);
            invite.createResponse(486).send();
        });

        alice.send(alice.request(Method.INVITE, "sip:sessions@a.test"));

        assertThat(session().getState()).isEqualTo(SipSession.State.TERMINATED);
    }

    @Test
    void aCalleeThatAcceptsIsConfirmedUntilTheBye() throws Exception {
        app.on("INVITE", invite -> {
            keep(invite.getSession());
            invite.createResponse(200).send();
        });
        app.on("BYE", bye -> bye.createResponse(200).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:sessions@a.test"));
        Response success = alice.nextResponse(200);
        assertThat(session().getState()).isEqualTo(SipSession.State.CONFIRMED);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        alice.send(alice.inDialog(Method.BYE, invite, success, 2));

        assertThat(session().getState()).isEqualTo(SipSession.State.TERMINATED);
    }

    @Test
    void whatMakesNoDialogStaysInitial() throws Exception {
        app.on("MESSAGE", message -> {
            keep(message.getSession());
            message.createResponse(200).send();
        });

        alice.send(alice.request(Method.MESSAGE, "sip:sessions@a.test"));

        assertThat(session().getState()).isEqualTo(SipSession.State.INITIAL);
        assertThat(session().isReadyToInvalidate()).isTrue();
        assertThatThrownBy(() -> session().createRequest("MESSAGE")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aProxyFollowsTheCallThatItRecordRoutes() throws Exception {
        app.on("INVITE", invite -> {
            keep(invite.getSession());
            Proxy proxy = invite.getProxy();
            proxy.setRecordRoute(true);
            proxy.proxyTo(app.uri(bob.contact()));
        });
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@b.test"));
        Request arrived = bob.nextRequest(Method.INVITE);
        HeaderName route = HeaderName.RECORD_ROUTE;
        bob.send(bob.answer(arrived, 180));
        assertThat(session().getState()).isEqualTo(SipSession.State.EARLY);
        bob.send(bob.answer(arrived, 200)
                .set(route, arrived.headers().first(route).orElseThrow()));
        assertThat(session().getState()).isEqualTo(SipSession.State.CONFIRMED);
        assertThatThrownBy(() -> session().createRequest("INFO")).isInstanceOf(IllegalStateException.class);
        alice.nextResponse(180);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);

        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));

        assertThat(session().getState()).isEqualTo(SipSession.State.TERMINATED);
    }

    @Test
    void aProxyWhoseCallFailsIsTerminated() throws Exception {
        app.on("INVITE", invite -> {
            keep(invite.getSession());
            invite.getProxy().proxyTo(app.uri(bob.contact()));
        });
        alice.send(alice.request(Method.INVITE, "sip:bob@b.test"));

        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 486));

        assertThat(session().getState()).isEqualTo(SipSession.State.TERMINATED);
        assertThat(session().isReadyToInvalidate()).isTrue();
    }

    @Test
    void theRequestsThatWaitAreKnown() throws Exception {
        app.on("INVITE", invite -> {});
        alice.send(alice.request(Method.INVITE, "sip:sessions@a.test"));
        SipServletRequest invite = app.requests.get(0);

        assertThat(session().getActiveInvite(UAMode.UAS)).isSameAs(invite);
        assertThat(session().getActiveInvite(UAMode.UAC)).isNull();
        assertThat(session().getActiveRequests(UAMode.UAS)).containsExactly(invite);
        assertThat(session().getActiveRequest(invite.getId())).isSameAs(invite);
        assertThat(session().getActiveRequest("77")).isNull();
        keep(session());
        invite.createResponse(486).send();
        assertThat(session().getActiveRequests(UAMode.UAS)).isEmpty();
    }

    @Test
    @Rfc(value = 3262, section = "4")
    void theReliableResponsesThatWaitAreKnown() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        SipSession session = call.getSession();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 183).add(HeaderName.REQUIRE, "100rel").add(HeaderName.RSEQ, "7"));
        SipServletResponse progress = app.responses.get(0);

        assertThat(session.getUnacknowledgedProvisionalResponses(UAMode.UAC)).containsExactly(progress);
        assertThat(session.getUnacknowledgedProvisionalResponses(UAMode.UAS)).isEmpty();
        assertThat(session.getUnacknowledgedProvisionalResponse("7")).isSameAs(progress);
        assertThat(session.getUnacknowledgedProvisionalResponse("8")).isNull();
        SipServletRequest prack = progress.createPrack();
        assertThat(prack.getAcknowledgedResponse()).isSameAs(progress);
        assertThat(session.getUnacknowledgedProvisionalResponses(UAMode.UAC)).isEmpty();
    }

    @Test
    @Rfc(value = 3262, section = "3")
    void aReliableResponseOfACalleeWaitsForItsPrack() throws Exception {
        app.on("INVITE", invite -> invite.createResponse(183).sendReliably());
        app.on("PRACK", prack -> prack.createResponse(200).send());
        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:sessions@a.test").add(HeaderName.SUPPORTED, "100rel"));
        Response progress = alice.nextResponse(183);
        String rseq = progress.headers().first(HeaderName.RSEQ).orElseThrow();

        assertThat(session().getUnacknowledgedProvisionalResponse(rseq).getStatus())
                .isEqualTo(183);
        assertThat(session().getUnacknowledgedProvisionalResponses(UAMode.UAS)).hasSize(1);
        alice.send(alice.inDialog(Method.PRACK, invite, progress, 2).add(HeaderName.RACK, rseq + " 1 INVITE"));

        alice.nextResponse(200);
        assertThat(session().getUnacknowledgedProvisionalResponses(UAMode.UAS)).isEmpty();
    }

    @Test
    void anInvalidSessionTellsOnlyThatItIs() {
        SipSession session = app.request("OPTIONS", bob).getSession();

        session.invalidate();

        assertThat(session.isValid()).isFalse();
        assertThatThrownBy(session::getState).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::getForkingContext).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::terminateDialog).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.setAttribute("a", 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.createRequest("OPTIONS")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::invalidate).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::isReadyToInvalidate).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void itsMessagesGoToItsHandler() throws Exception {
        SipSession session = app.request("OPTIONS", bob).getSession();

        assertThatThrownBy(() -> session.setHandler("nobody")).isInstanceOf(ServletException.class);
        session.setHandler("main");
        assertThatThrownBy(session::getRegion).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::getSubscriberURI).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.createRequest("ACK")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> session.createRequest("not a method")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theLastAccessIsThatOfAMessageThatCame() throws Exception {
        SipServletRequest options = app.request("OPTIONS", bob);
        SipSession session = options.getSession();
        keep(session);
        options.send();
        long created = session.getCreationTime();
        assertThat(session.getLastAccessedTime()).isEqualTo(created);

        server.advance(Duration.ofMillis(100));
        bob.send(bob.answer(bob.nextRequest(Method.OPTIONS), 200));

        assertThat(session.getLastAccessedTime()).isEqualTo(created + 100);
        assertThat(session.getApplicationSession().getLastAccessedTime()).isEqualTo(created + 100);
    }

    @Test
    void acceptedCallsOfOneForkAreDerivedSessionsWithTheAttributesOfTheFirst() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        call.getSession().setAttribute("tariff", "night");
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);

        bob.send(bob.answer(invite, 180)
                .set(HeaderName.TO, invite.to().withTag("1").toString()));
        bob.send(bob.answer(invite, 180)
                .set(HeaderName.TO, invite.to().withTag("2").toString()));

        SipSession derived = app.responses.get(1).getSession();
        assertThat(derived).isNotSameAs(call.getSession());
        assertThat(derived.getAttribute("tariff")).isEqualTo("night");
        assertThat(derived.getCallId()).isEqualTo(call.getSession().getCallId());
        assertThat(derived.getApplicationSession()).isSameAs(call.getApplicationSession());
    }
}
