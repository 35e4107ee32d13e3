// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.SipServletRequest;
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
import org.trapezoid.sip.testing.Rfc;

/** Subscriptions that an application makes or serves (RFC 6665), alone in their dialog or beside a call (RFC 5057). */
class SubscriptionStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("app", app, ScriptedServlet.class);
        app.on("NOTIFY", notify -> notify.createResponse(200).send());
        app.events.clear();
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    // ---- the application subscribes

    private SipSession subscribe(Peer to, int expires) throws Exception {
        SipServletRequest subscribe = app.request("SUBSCRIBE", to);
        subscribe.setHeader("Event", "presence");
        subscribe.setExpires(expires);
        subscribe.send();
        server.advance(Duration.ZERO);
        return subscribe.getSession();
    }

    private Request.Builder notify(Peer from, Request subscribe, String tag, int cseq, String state) {
        return from.fromCallee(
                        Method.NOTIFY,
                        subscribe,
                        Response.to(subscribe, 200)
                                .set(HeaderName.TO, subscribe.to().withTag(tag).toString())
                                .build(),
                        cseq)
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.SUBSCRIPTION_STATE, state);
    }

    @Test
    @Rfc(value = 6665, section = "4.1.2")
    void aSubscriptionLivesFromItsSubscribeToItsLastNotify() throws Exception {
        SipSession session = subscribe(bob, 3600);
        Request subscribe = bob.nextRequest(Method.SUBSCRIBE);
        bob.send(bob.answer(subscribe, 200).set(HeaderName.EXPIRES, "3600"));
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);

        bob.send(notify(bob, subscribe, "to-bob", 1, "active;expires=3600"));
        bob.nextResponse(200);
        assertThat(session.isReadyToInvalidate()).isFalse();
        SipServletRequest refresh = session.createRequest("SUBSCRIBE");
        refresh.setHeader("Event", "presence");
        refresh.setExpires(0);
        refresh.send();
        bob.send(bob.answer(bob.nextRequest(Method.SUBSCRIBE), 200));
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);
        bob.send(notify(bob, subscribe, "to-bob", 2, "terminated;reason=timeout"));

        bob.nextResponse(200);
        assertThat(app.seen).containsExactly("200 SUBSCRIBE", "NOTIFY", "200 SUBSCRIBE", "NOTIFY");
        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.4.1")
    void aNotifyThatOvertakesThe2xxMakesTheDialog() throws Exception {
        SipSession session = subscribe(bob, 600);
        Request subscribe = bob.nextRequest(Method.SUBSCRIBE);

        bob.send(notify(bob, subscribe, "to-bob", 1, "active;expires=600"));
        bob.nextResponse(200);
        assertThat(app.requests.get(0).getSession()).isSameAs(session);
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);
        bob.send(bob.answer(subscribe, 200).set(HeaderName.EXPIRES, "600"));

        assertThat(app.responses.get(0).getSession()).isSameAs(session);
        assertThat(app.seen).containsExactly("NOTIFY", "200 SUBSCRIBE");
        bob.send(notify(bob, subscribe, "to-bob", 2, "terminated"));
        bob.nextResponse(200);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.4.3")
    void aFetchIsOverWithItsNotify() throws Exception {
        SipSession session = subscribe(bob, 0);
        Request subscribe = bob.nextRequest(Method.SUBSCRIBE);

        bob.send(notify(bob, subscribe, "to-bob", 1, "terminated;reason=timeout"));
        bob.nextResponse(200);
        bob.send(bob.answer(subscribe, 200).set(HeaderName.EXPIRES, "0"));

        assertThat(app.seen).containsExactly("NOTIFY", "200 SUBSCRIBE");
        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.4")
    void eachForkOfASubscribeHasASessionOfItsOwn() throws Exception {
        SipSession session = subscribe(alice, 600);
        session.setAttribute("watched", "alice");
        Request subscribe = alice.nextRequest(Method.SUBSCRIBE);
        alice.send(alice.answer(subscribe, 200).set(HeaderName.EXPIRES, "600"));
        alice.send(notify(alice, subscribe, "to-alice", 1, "active;expires=600"));
        alice.nextResponse(200);

        bob.send(notify(bob, subscribe, "other", 1, "active;expires=600"));
        bob.nextResponse(200);
        SipSession fork = app.requests.get(1).getSession();
        assertThat(fork).isNotSameAs(session);
        assertThat(fork.getApplicationSession()).isSameAs(session.getApplicationSession());
        assertThat(fork.getAttribute("watched")).isEqualTo("alice");
        assertThat(app.events).contains("sip created");

        SipServletRequest stop = fork.createRequest("SUBSCRIBE");
        stop.setHeader("Event", "presence");
        stop.setExpires(0);
        stop.send();
        Request stopped = bob.nextRequest(Method.SUBSCRIBE);
        assertThat(stopped.toTag()).contains("other");
        bob.send(bob.answer(stopped, 200));
        bob.send(notify(bob, subscribe, "other", 2, "terminated"));
        bob.nextResponse(200);
        assertThat(fork.isValid()).isFalse();
        assertThat(session.isReadyToInvalidate()).isFalse();
        alice.send(notify(alice, subscribe, "to-alice", 2, "terminated"));
        alice.nextResponse(200);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.4")
    void aForkThatComesAfterTimerNIsUnknown() throws Exception {
        SipSession session = subscribe(alice, 600);
        Request subscribe = alice.nextRequest(Method.SUBSCRIBE);
        alice.send(alice.answer(subscribe, 200).set(HeaderName.EXPIRES, "600"));
        alice.send(notify(alice, subscribe, "to-alice", 1, "active;expires=600"));
        alice.nextResponse(200);

        server.advance(Duration.ofSeconds(32));
        bob.send(notify(bob, subscribe, "other", 1, "active;expires=600"));

        bob.nextResponse(481);
        session.getApplicationSession().invalidate();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.2.4")
    void aSubscriptionWithoutNotifyIsNone() throws Exception {
        List<Object> told = new ArrayList<>();
        app.onError(event -> told.add(event.getRequest().getMethod()));
        SipSession session = subscribe(bob, 600);
        bob.send(bob.answer(bob.nextRequest(Method.SUBSCRIBE), 200).set(HeaderName.EXPIRES, "600"));

        server.advance(Duration.ofSeconds(31));
        assertThat(session.isValid()).isTrue();
        server.advance(Duration.ofSeconds(1));

        assertThat(app.events).containsOnlyOnce("noNotify");
        assertThat(told).containsExactly("SUBSCRIBE");
        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.3")
    void aNotifyOfNoSubscriptionIsRefused() throws Exception {
        SipSession session = subscribe(bob, 600);
        Request subscribe = bob.nextRequest(Method.SUBSCRIBE);
        bob.send(bob.answer(subscribe, 200).set(HeaderName.EXPIRES, "600"));
        bob.send(notify(bob, subscribe, "to-bob", 1, "active;expires=600"));
        bob.nextResponse(200);

        bob.send(notify(bob, subscribe, "to-bob", 2, "active").set(HeaderName.EVENT, "dialog"));
        bob.nextResponse(481);
        bob.send(notify(bob, subscribe, "to-bob", 3, "active").set(HeaderName.EVENT, "presence;id=2"));
        bob.nextResponse(481);
        bob.send(notify(bob, subscribe, "to-bob", 4, "active").remove(HeaderName.EVENT));
        bob.nextResponse(489);
        bob.send(notify(bob, subscribe, "to-bob", 5, "terminated"));
        bob.nextResponse(200);
        bob.send(notify(bob, subscribe, "to-bob", 6, "active"));
        bob.nextResponse(481);

        assertThat(app.seen).containsExactly("200 SUBSCRIBE", "NOTIFY", "NOTIFY");
        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.2.2")
    void aRefusedRefreshEndsTheSubscriptionOrLeavesIt() throws Exception {
        SipSession session = subscribe(bob, 600);
        Request subscribe = bob.nextRequest(Method.SUBSCRIBE);
        bob.send(bob.answer(subscribe, 200).set(HeaderName.EXPIRES, "600"));
        bob.send(notify(bob, subscribe, "to-bob", 1, "active;expires=600"));
        bob.nextResponse(200);

        refresh(session);
        bob.send(bob.answer(bob.nextRequest(Method.SUBSCRIBE), 500));
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);
        refresh(session);
        bob.send(bob.answer(bob.nextRequest(Method.SUBSCRIBE), 481));

        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    private static void refresh(SipSession session) throws Exception {
        SipServletRequest refresh = session.createRequest("SUBSCRIBE");
        refresh.setHeader("Event", "presence");
        refresh.send();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.2.1")
    void aRefusedSubscribeLeavesASessionForTheNextTry() throws Exception {
        SipSession session = subscribe(bob, 600);
        app.onResponse(response -> {
            if (response.getStatus() == 423) {
                SipServletRequest again = response.getSession().createRequest("SUBSCRIBE");
                again.setHeader("Event", "presence");
                again.setExpires(3600);
                again.send();
            }
        });
        Request refused = bob.nextRequest(Method.SUBSCRIBE);
        bob.send(bob.answer(refused, 423).set(HeaderName.MIN_EXPIRES, "3600"));
        Request again = bob.nextRequest(Method.SUBSCRIBE);
        assertThat(again.callId()).isEqualTo(refused.callId());
        assertThat(again.cseq().number()).isEqualTo(refused.cseq().number() + 1);
        bob.send(bob.answer(again, 200).set(HeaderName.EXPIRES, "3600"));
        bob.send(notify(bob, again, "to-bob", 1, "terminated"));

        bob.nextResponse(200);
        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    // ---- the application notifies

    private void serveSubscriptions() {
        app.on("SUBSCRIBE", subscribe -> {
            var accepted = subscribe.createResponse(200);
            accepted.setExpires(subscribe.getExpires());
            accepted.send();
            SipServletRequest notify = subscribe.getSession().createRequest("NOTIFY");
            notify.setHeader("Event", subscribe.getHeader("Event"));
            notify.setHeader(
                    "Subscription-State",
                    subscribe.getExpires() == 0
                            ? "terminated;reason=timeout"
                            : "active;expires=" + subscribe.getExpires());
            notify.send();
        });
    }

    private Request.Builder subscribing(int expires) {
        return alice.request(Method.SUBSCRIBE, "sip:app@a.test")
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.EXPIRES, Integer.toString(expires));
    }

    @Test
    @Rfc(value = 6665, section = "4.2.1")
    void aServedSubscriptionLivesUntilItsLastNotify() {
        serveSubscriptions();
        Request subscribe = alice.send(subscribing(600));
        Response success = alice.nextResponse(200);
        Request notify = alice.nextRequest(Method.NOTIFY);
        alice.send(alice.answer(notify, 200));
        SipSession session = app.requests.get(0).getSession();
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);

        alice.send(alice.inDialog(Method.SUBSCRIBE, subscribe, success, 2)
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.EXPIRES, "0"));
        alice.nextResponse(200);
        Request last = alice.nextRequest(Method.NOTIFY);
        assertThat(session.isValid()).isTrue();
        alice.send(alice.answer(last, 200));

        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.2.2")
    void aServedSubscriptionEndsWhenItsSubscriberIsGone() {
        serveSubscriptions();
        alice.send(subscribing(600));
        alice.nextResponse(200);
        SipSession session = app.requests.get(0).getSession();

        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 481));

        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.2.2")
    void aChallengedNotifyIsSentAgain() throws Exception {
        serveSubscriptions();
        alice.send(subscribing(0));
        alice.nextResponse(200);
        SipSession session = app.requests.get(0).getSession();
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 401)
                .set(HeaderName.WWW_AUTHENTICATE, "Digest realm=\"a\", nonce=\"b\""));
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);

        SipServletRequest again = session.createRequest("NOTIFY");
        again.setHeader("Event", "presence");
        again.setHeader("Subscription-State", "terminated;reason=timeout");
        again.send();
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 200));

        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.2.1.4")
    void aServedSubscriptionEndsWithItsTime() {
        app.on("SUBSCRIBE", subscribe -> {
            subscribe.getApplicationSession().setExpires(0);
            subscribe.createResponse(200).send();
        });
        alice.send(subscribing(600));
        alice.nextResponse(200);
        SipSession session = app.requests.get(0).getSession();

        server.advance(Duration.ofSeconds(631));
        assertThat(session.isValid()).isTrue();
        server.advance(Duration.ofSeconds(1));

        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    // ---- several usages of one dialog

    @Test
    @Rfc(value = 5057, section = "4.1")
    void aSubscriptionInACallOutlivesIt() throws Exception {
        app.on("INVITE", invite -> invite.createResponse(200).send());
        app.on("BYE", bye -> bye.createResponse(200).send());
        serveSubscriptions();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        SipSession session = app.requests.get(0).getSession();
        alice.send(alice.inDialog(Method.SUBSCRIBE, invite, success, 2)
                .set(HeaderName.EVENT, "dialog")
                .set(HeaderName.EXPIRES, "600"));
        alice.nextResponse(200);
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 200));

        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        alice.nextResponse(200);
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);
        alice.send(alice.inDialog(Method.INFO, invite, success, 4));
        alice.nextResponse(481);
        SipServletRequest last = session.createRequest("NOTIFY");
        last.setHeader("Event", "dialog");
        last.setHeader("Subscription-State", "terminated;reason=noresource");
        last.send();
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 200));

        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 5057, section = "5.1")
    void aCallOutlivesASubscriptionInIt() throws Exception {
        app.on("INVITE", invite -> invite.createResponse(200).send());
        app.on("BYE", bye -> bye.createResponse(200).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        SipSession session = app.requests.get(0).getSession();

        refresh(session);
        alice.send(alice.answer(alice.nextRequest(Method.SUBSCRIBE), 481));
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));

        alice.nextResponse(200);
        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    // ---- through a proxy

    @Test
    @Rfc(value = 6665, section = "4.3")
    void aRecordRoutedSubscriptionEndsWithItsLastNotify() {
        app.on("NOTIFY", notify -> {});
        app.on("SUBSCRIBE", subscribe -> {
            if (subscribe.isInitial()) {
                var proxy = subscribe.getProxy();
                proxy.setRecordRoute(true);
                proxy.proxyTo(app.uri(bob.contact()));
            }
        });
        alice.send(subscribing(600));
        Request forwarded = bob.nextRequest(Method.SUBSCRIBE);
        SipSession session = app.requests.get(0).getSession();
        Response success = bob.answer(forwarded, 200).build();
        bob.send(bob.fromCallee(Method.NOTIFY, forwarded, success, 1)
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.SUBSCRIPTION_STATE, "active;expires=600"));
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 200));
        bob.nextResponse(200);
        bob.send(success);
        alice.nextResponse(200);
        assertThat(session.getState()).isEqualTo(SipSession.State.CONFIRMED);

        bob.send(bob.fromCallee(Method.NOTIFY, forwarded, success, 2)
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.SUBSCRIPTION_STATE, "terminated;reason=deactivated"));
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 200));
        bob.nextResponse(200);

        assertThat(session.isValid()).isFalse();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.3")
    void anEndedSessionMakesNoMoreRequests() throws Exception {
        serveAndKeep();
        alice.send(subscribing(0));
        alice.nextResponse(200);
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 200));
        SipSession session = app.requests.get(0).getSession();

        assertThat(session.getState()).isEqualTo(SipSession.State.TERMINATED);
        assertThatThrownBy(() -> session.createRequest("NOTIFY")).isInstanceOf(IllegalStateException.class);
        session.getApplicationSession().invalidate();
        server.assertEnded();
    }

    private void serveAndKeep() {
        app.on("SUBSCRIBE", subscribe -> {
            subscribe.getSession().setInvalidateWhenReady(false);
            subscribe.getApplicationSession().setInvalidateWhenReady(false);
            subscribe.createResponse(200).send();
            SipServletRequest notify = subscribe.getSession().createRequest("NOTIFY");
            notify.setHeader("Event", "presence");
            notify.setHeader("Subscription-State", "terminated;reason=timeout");
            notify.send();
        });
    }
}
