// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.AutomaticProcessingListener;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.UAMode;
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
import org.trapezoid.sip.testing.Rfc;

/** Dialogs that applications leave to the container to end (JSR 359): terminateDialog and terminateProxiedDialog. */
class AutomaticProcessingListenerTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();
    private final Notes notes = new Notes();

    /** Notes what is done for the application, and gives a reason for it. */
    private static final class Notes implements AutomaticProcessingListener {
        private static final long serialVersionUID = 1;
        private final transient List<String> seen = new ArrayList<>();

        @Override
        public void outgoingRequest(SipServletRequest request) {
            seen.add("> " + request.getMethod());
            request.setHeader("Reason", "Q.850;cause=16");
        }

        @Override
        public void outgoingResponse(SipServletResponse response) {
            seen.add("> " + response.getStatus());
        }

        @Override
        public void incomingRequest(SipServletRequest request) {
            seen.add("< " + request.getMethod());
        }

        @Override
        public void incomingResponse(SipServletResponse response) {
            seen.add("< " + response.getStatus() + " " + response.getMethod());
        }
    }

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("ending", app, ScriptedServlet.class);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private SipServletRequest call() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        return call;
    }

    @Test
    void aConfirmedCallEndsWithABye() throws Exception {
        app.onResponse(response -> response.createAck().send());
        SipSession session = call().getSession();
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 200));
        bob.nextRequest(Method.ACK);

        session.terminateDialog(notes);
        Request bye = bob.nextRequest(Method.BYE);
        bob.send(bob.answer(bye, 200));

        assertThat(bye.headers().first(HeaderName.of("Reason"))).hasValue("Q.850;cause=16");
        assertThat(notes.seen).containsExactly("> BYE", "< 200 BYE");
        assertThat(app.seen).containsExactly("200 INVITE");
        server.assertEnded();
    }

    @Test
    void anUnacknowledgedSuccessIsAcknowledgedFirst() throws Exception {
        SipSession session = call().getSession();
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 200));

        session.terminateDialog();

        bob.nextRequest(Method.ACK);
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    void aRingingCallIsCancelled() throws Exception {
        SipSession session = call().getSession();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 180));

        session.terminateDialog(notes);
        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(Response.to(cancel, 200));
        bob.send(bob.answer(invite, 487));

        bob.nextRequest(Method.ACK);
        assertThat(cancel.headers().first(HeaderName.of("Reason"))).hasValue("Q.850;cause=16");
        assertThat(notes.seen).containsExactly("> CANCEL", "< 487 INVITE");
        assertThat(app.seen).containsExactly("180 INVITE");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "15")
    void aSuccessThatCrossesTheCancelIsHungUp() throws Exception {
        SipSession session = call().getSession();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 180));
        session.terminateDialog(notes);
        bob.send(Response.to(bob.nextRequest(Method.CANCEL), 200));

        bob.send(bob.answer(invite, 200));

        bob.nextRequest(Method.ACK);
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        assertThat(notes.seen).containsExactly("> CANCEL", "< 200 INVITE", "> ACK", "> BYE", "< 200 BYE");
        assertThat(app.seen).containsExactly("180 INVITE");
        server.assertEnded();
    }

    @Test
    void aCallThatIsNotAnsweredIsRefused() throws Exception {
        app.on("INVITE", invite -> invite.createResponse(180).send());
        alice.send(alice.request(Method.INVITE, "sip:ending@a.test"));
        alice.nextResponse(180);

        app.requests.get(0).getSession().terminateDialog(notes);

        alice.nextResponse(487);
        assertThat(notes.seen).containsExactly("> 487");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "15")
    void whoWasCalledHangsUpAfterTheAck() throws Exception {
        app.on("INVITE", invite -> invite.createResponse(200).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:ending@a.test"));
        Response success = alice.nextResponse(200);

        app.requests.get(0).getSession().terminateDialog(notes);
        assertThat(alice.rest()).isEmpty();
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));
        assertThat(notes.seen).containsExactly("> BYE", "< ACK", "< 200 BYE");
        assertThat(app.seen).containsExactly("INVITE");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.2.3")
    void aSubscriberUnsubscribes() throws Exception {
        SipServletRequest subscribe = app.request("SUBSCRIBE", bob);
        subscribe.setHeader("Event", "presence");
        subscribe.setExpires(600);
        subscribe.send();
        Request subscribed = bob.nextRequest(Method.SUBSCRIBE);
        Response accepted = bob.send(bob.answer(subscribed, 200).set(HeaderName.EXPIRES, "600"));
        SipSession session = subscribe.getSession();

        session.terminateDialog(notes);
        Request unsubscribe = bob.nextRequest(Method.SUBSCRIBE);
        bob.send(bob.answer(unsubscribe, 200).set(HeaderName.EXPIRES, "0"));
        bob.send(bob.fromCallee(Method.NOTIFY, subscribed, accepted, 1)
                .add(HeaderName.EVENT, "presence")
                .add(HeaderName.SUBSCRIPTION_STATE, "terminated;reason=timeout"));

        bob.nextResponse(200);
        assertThat(unsubscribe.headers().first(HeaderName.EVENT)).hasValue("presence");
        assertThat(unsubscribe.headers().first(HeaderName.EXPIRES)).hasValue("0");
        assertThat(notes.seen).containsExactly("> SUBSCRIBE", "< 200 SUBSCRIBE", "< NOTIFY", "> 200");
        assertThat(app.seen).containsExactly("200 SUBSCRIBE");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.2.2")
    void aNotifierEndsTheSubscription() throws Exception {
        app.on("SUBSCRIBE", subscribe -> {
            SipServletResponse accepted = subscribe.createResponse(200);
            accepted.setExpires(600);
            accepted.send();
        });
        alice.send(alice.request(Method.SUBSCRIBE, "sip:ending@a.test").add(HeaderName.EVENT, "presence"));
        alice.nextResponse(200);

        app.requests.get(0).getSession().terminateDialog(notes);
        Request notify = alice.nextRequest(Method.NOTIFY);
        alice.send(alice.answer(notify, 200));

        assertThat(notify.headers().first(HeaderName.SUBSCRIPTION_STATE)).hasValue("terminated;reason=noresource");
        assertThat(notify.headers().first(HeaderName.EVENT)).hasValue("presence");
        server.assertEnded();
    }

    @Test
    void theApplicationSendsNothingMore() throws Exception {
        app.onResponse(response -> response.createAck().send());
        SipSession session = call().getSession();
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 200));
        bob.nextRequest(Method.ACK);
        SipServletRequest info = session.createRequest("INFO");

        session.terminateDialog();

        assertThatThrownBy(info::send).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> session.createRequest("INFO")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(session::terminateDialog).isInstanceOf(IllegalStateException.class);
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    void whatThePeerSendsMeanwhileIsAnswered() throws Exception {
        app.onResponse(response -> response.createAck().send());
        SipSession session = call().getSession();
        Request invite = bob.nextRequest(Method.INVITE);
        Response success = bob.send(bob.answer(invite, 200).build());
        bob.nextRequest(Method.ACK);
        session.terminateDialog(notes);
        Request bye = bob.nextRequest(Method.BYE);

        bob.send(bob.fromCallee(Method.INFO, invite, success, 1));
        bob.nextResponse(481);
        bob.send(bob.fromCallee(Method.BYE, invite, success, 2));
        bob.nextResponse(200);
        bob.send(bob.answer(bye, 481));

        assertThat(app.seen).containsExactly("200 INVITE");
        assertThat(notes.seen).containsExactly("> BYE", "< INFO", "> 481", "< BYE", "> 200", "< 481 BYE");
        server.assertEnded();
    }

    @Test
    void whatMakesNoDialogHasNoneToEnd() throws Exception {
        SipServletRequest message = app.request("MESSAGE", bob);
        message.send();

        assertThatThrownBy(() -> message.getSession().terminateDialog()).isInstanceOf(IllegalStateException.class);

        bob.send(bob.answer(bob.nextRequest(Method.MESSAGE), 200));
        server.assertEnded();
    }

    // ---- proxied dialogs

    private SipSession proxied() throws Exception {
        app.on("INVITE", invite -> {
            Proxy proxy = invite.getProxy();
            proxy.setRecordRoute(true);
            proxy.proxyTo(app.uri(bob.contact()));
        });
        Request invite =
                alice.send(alice.request(Method.INVITE, "sip:bob@b.test").set(HeaderName.CSEQ, "7 INVITE"));
        Request arrived = bob.nextRequest(Method.INVITE);
        Response success = bob.answer(arrived, 200).build();
        bob.send(success.toBuilder()
                .set(
                        HeaderName.RECORD_ROUTE,
                        arrived.headers().first(HeaderName.RECORD_ROUTE).orElseThrow())
                .build());
        Response forwarded = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, forwarded, 7));
        bob.nextRequest(Method.ACK);
        return app.requests.get(0).getSession();
    }

    @Test
    void aProxiedCallIsHungUpAtBothEnds() throws Exception {
        SipSession session = proxied();

        session.terminateProxiedDialog(notes);
        Request toAlice = alice.nextRequest(Method.BYE);
        Request toBob = bob.nextRequest(Method.BYE);
        alice.send(Response.to(toAlice, 200));
        bob.send(Response.to(toBob, 200));

        assertThat(toAlice.uriText()).isEqualTo(alice.contact());
        assertThat(toAlice.fromTag()).hasValue("to-bob");
        assertThat(toAlice.toTag()).hasValue("alice");
        assertThat(toAlice.headers().has(HeaderName.ROUTE)).isFalse();
        assertThat(toBob.uriText()).isEqualTo(bob.contact());
        assertThat(toBob.fromTag()).hasValue("alice");
        assertThat(toBob.toTag()).hasValue("to-bob");
        assertThat(toBob.cseq().number()).isEqualTo(8);
        assertThat(notes.seen).containsExactly("> BYE", "> BYE", "< 200 BYE", "< 200 BYE");
        server.assertEnded();
    }

    @Test
    void aProxiedCallIsHungUpAtOneEnd() throws Exception {
        SipSession session = proxied();

        session.terminateProxiedDialog(UAMode.UAC);

        alice.send(Response.to(alice.nextRequest(Method.BYE), 200));
        assertThat(bob.rest()).isEmpty();
        server.assertEnded();
    }

    @Test
    void anEndThatDoesNotAnswerIsShownAsATimeout() throws Exception {
        SipSession session = proxied();

        session.terminateProxiedDialog(UAMode.UAC, notes);
        server.advance(java.time.Duration.ofSeconds(33));

        assertThat(notes.seen).containsExactly("> BYE", "< 408 BYE");
        server.assertEnded();
    }

    @Test
    void onlyADialogThatIsProxiedIsEndedSo() throws Exception {
        SipSession proxied = proxied();
        SipSession own = call().getSession();

        assertThatThrownBy(proxied::terminateDialog).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(own::terminateProxiedDialog).isInstanceOf(IllegalStateException.class);
        proxied.terminateProxiedDialog();
        assertThatThrownBy(proxied::terminateProxiedDialog).isInstanceOf(IllegalStateException.class);
    }
}
