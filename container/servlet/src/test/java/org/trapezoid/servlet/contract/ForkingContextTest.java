// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.ForkingContext;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
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

/** The sessions that one request made, taken together (JSR 359). */
class ForkingContextTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("forks", app, ScriptedServlet.class);
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private static Response.Builder tagged(Response.Builder answer, Request invite, String tag) {
        return answer.set(HeaderName.TO, invite.to().withTag(tag).toString());
    }

    @Test
    void holdsTheSessionsOfAForkedCallInTheOrderOfTheirDialogs() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        ForkingContext context = call.getSession().getForkingContext();
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(tagged(bob.answer(invite, 180), invite, "one"));
        bob.send(tagged(bob.answer(invite, 180), invite, "two"));

        SipSession one = app.responses.get(0).getSession();
        SipSession two = app.responses.get(1).getSession();

        assertThat(context.getSipSessions()).containsExactly(one, two);
        assertThat(two.getForkingContext()).isSameAs(context);
        assertThatThrownBy(() -> context.getSipSessions().clear()).isInstanceOf(UnsupportedOperationException.class);
        bob.send(tagged(bob.answer(invite, 486), invite, "one"));
        server.assertEnded();
        assertThat(context.isValid()).isFalse();
        assertThatThrownBy(context::getSipSessions).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void listenersAreToldOfEachSession() throws Exception {
        app.request("INVITE", bob).send();
        Request invite = bob.nextRequest(Method.INVITE);

        bob.send(tagged(bob.answer(invite, 180), invite, "one"));
        bob.send(tagged(bob.answer(invite, 180), invite, "two"));

        assertThat(app.events).filteredOn("sip created"::equals).hasSize(2);
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    void endsAllDialogsAndThoseToCome() throws Exception {
        SipServletRequest call = app.request("INVITE", bob);
        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(tagged(bob.answer(invite, 180), invite, "one"));
        bob.send(tagged(bob.answer(invite, 180), invite, "two"));

        call.getSession().getForkingContext().terminateDialogs(null);
        bob.send(Response.to(bob.nextRequest(Method.CANCEL), 200));
        bob.send(tagged(bob.answer(invite, 200), invite, "three"));

        Request ack = bob.nextRequest(Method.ACK);
        Request bye = bob.nextRequest(Method.BYE);
        bob.send(bob.answer(bye, 200));
        assertThat(ack.toTag()).hasValue("three");
        assertThat(bye.toTag()).hasValue("three");
        assertThat(app.seen).containsExactly("180 INVITE", "180 INVITE");
        assertThat(bob.rest()).isEmpty();
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 3261, section = "15")
    void sparesTheSessionThatTheApplicationKeeps() throws Exception {
        app.onResponse(response -> {
            if (response.getStatus() == 200 && response.getMethod().equals("INVITE")) {
                response.createAck().send();
                response.getSession().getForkingContext().terminateDialogs(null, response.getSession());
            }
        });
        app.request("INVITE", bob).send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(tagged(bob.answer(invite, 180), invite, "one"));
        bob.send(tagged(bob.answer(invite, 180), invite, "two"));

        bob.send(tagged(bob.answer(invite, 200), invite, "two"));
        Request ack = bob.nextRequest(Method.ACK);
        Request bye = bob.nextRequest(Method.BYE);
        bob.send(bob.answer(bye, 200));

        SipSession kept = app.responses.get(1).getSession();
        assertThat(ack.toTag()).hasValue("two");
        assertThat(bye.toTag()).hasValue("one");
        assertThat(kept.getState()).isEqualTo(SipSession.State.CONFIRMED);
        kept.createRequest("BYE").send();
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 6665, section = "4.1.4")
    void aNotifierMakesFurtherDialogs() throws Exception {
        app.on("SUBSCRIBE", subscribe -> {
            SipServletResponse accepted = subscribe.createResponse(200);
            accepted.setExpires(600);
            accepted.send();
        });
        alice.send(alice.request(Method.SUBSCRIBE, "sip:forks@a.test")
                .add(HeaderName.EVENT, "presence")
                .add(HeaderName.EXPIRES, "600"));
        Response accepted = alice.nextResponse(200);
        SipSession first = app.requests.get(0).getSession();

        SipServletRequest notify = first.getForkingContext().createRequest("NOTIFY");
        notify.setHeader("Subscription-State", "active;expires=600");
        notify.send();
        Request arrived = alice.nextRequest(Method.NOTIFY);
        alice.send(alice.answer(arrived, 200));

        assertThat(notify.getSession()).isNotSameAs(first);
        assertThat(first.getForkingContext().getSipSessions()).containsExactly(first, notify.getSession());
        assertThat(arrived.fromTag()).isPresent().isNotEqualTo(accepted.toTag());
        assertThat(arrived.toTag()).hasValue("alice");
        assertThat(arrived.headers().first(HeaderName.EVENT)).hasValue("presence");
        assertThat(app.seen).containsExactly("SUBSCRIBE", "200 NOTIFY");
        first.getForkingContext().terminateDialogs(null);
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 200));
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 200));
        server.assertEnded();
    }

    @Test
    void onlyNotifyMakesADialogOfAForkedRequest() {
        ForkingContext context = app.request("SUBSCRIBE", bob).getSession().getForkingContext();

        assertThatThrownBy(() -> context.createRequest("INFO")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> context.createRequest("NOTIFY")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theSessionsOfAProxyAreNotEnded() throws Exception {
        app.on("INVITE", invite -> invite.getProxy().proxyTo(app.uri(bob.contact())));
        alice.send(alice.request(Method.INVITE, "sip:bob@b.test"));
        ForkingContext context = app.requests.get(0).getSession().getForkingContext();

        assertThatThrownBy(() -> context.terminateDialogs(null)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> context.createRequest("NOTIFY")).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keepsAttributesForAllOfThem() {
        ForkingContext context = app.request("INVITE", bob).getSession().getForkingContext();

        context.setAttribute("call", "first");

        assertThat(context.getAttribute("call")).isEqualTo("first");
        assertThat(context.getAttributeNameSet()).containsExactly("call");
        context.removeAttribute("call");
        assertThat(context.getAttributeNameSet()).isEmpty();
    }
}
