// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

/** Header fields that make no sense in messages that do: whoever waits for an answer gets one, and nothing is left behind. */
class UnreadableStoriesTest {
    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @Test
    @Rfc(value = 3261, section = "12.1.2")
    void aRecordRouteInA2xxThatCannotBeReadIsNoRoute() throws Exception {
        app.onResponse(UnreadableStoriesTest::acknowledge);
        server.deploy("uac", app, ScriptedServlet.class);
        SipServletRequest call = app.request("INVITE", bob);

        call.send();
        Request invite = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(invite, 180).add(HeaderName.RECORD_ROUTE, "<<sip:"));
        bob.send(bob.answer(invite, 200).add(HeaderName.RECORD_ROUTE, "<<sip:"));

        assertThat(bob.nextRequest(Method.ACK).uriText()).isEqualTo(bob.contact());
        call.getSession().createRequest("BYE").send();
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        assertThat(app.seen).containsExactly("180 INVITE", "200 INVITE", "200 BYE");
        server.assertEnded();
    }

    private static void acknowledge(SipServletResponse response) throws Exception {
        if (response.getMethod().equals("INVITE") && response.getStatus() / 100 == 2) {
            response.createAck().send();
        }
    }

    @Test
    @Rfc(value = 3261, section = "21.4.1")
    void aRequestWithARecordRouteThatCannotBeReadIsABadRequest() throws Exception {
        app.on("INVITE", invite -> invite.createResponse(180).send());
        server.deploy("uas", app, ScriptedServlet.class);

        alice.send(alice.request(Method.INVITE, "sip:app@a.test")
                .add(HeaderName.RECORD_ROUTE, "<<sip:")
                .build());

        alice.nextResponse(400);
        assertThat(alice.rest()).isEmpty();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "16.3")
    void aProxyNeedsNoContactThatItCanRead() throws Exception {
        app.on("INVITE", invite -> invite.getProxy().proxyTo(app.uri(bob.contact())));
        server.deploy("proxy", app, ScriptedServlet.class);

        alice.send(alice.request(Method.INVITE, "sip:bob@b.test")
                .set(HeaderName.CONTACT, "<<sips:")
                .build());
        Request arrived = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(arrived, 486));

        assertThat(arrived.headers().first(HeaderName.CONTACT)).hasValue("<<sips:");
        alice.nextResponse(486);
        server.assertEnded();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Contact", "Record-Route"})
    @Rfc(value = 6665, section = "4.4.1")
    @Rfc(value = 3261, section = "21.4.1")
    void aNotifyWhoseContactCannotBeReadIsABadRequest(String unreadable) throws Exception {
        server.deploy("subscriber", app, ScriptedServlet.class);
        SipServletRequest subscribe = app.request("SUBSCRIBE", bob);
        subscribe.setHeader("Event", "presence");
        subscribe.setExpires(3600);
        subscribe.send();
        Request received = bob.nextRequest(Method.SUBSCRIBE);

        bob.send(Request.builder(
                        Method.NOTIFY,
                        NameAddr.parse(received.headers()
                                        .first(HeaderName.CONTACT)
                                        .orElseThrow())
                                .uri())
                .add(HeaderName.VIA, "SIP/2.0/UDP " + bob.host() + ":5060;branch=z9hG4bKunreadable")
                .add(HeaderName.MAX_FORWARDS, "70")
                .add(HeaderName.FROM, received.to().withTag("to-bob").toString())
                .add(HeaderName.TO, received.from().toString())
                .add(HeaderName.CALL_ID, received.callId())
                .add(HeaderName.CSEQ, "1 NOTIFY")
                .add(HeaderName.of("Event"), "presence")
                .add(HeaderName.of("Subscription-State"), "active;expires=3600")
                .add(HeaderName.of(unreadable), "<<sip:"));

        bob.nextResponse(400);
        assertThat(subscribe.getSession().getState()).isEqualTo(SipSession.State.INITIAL);
        bob.send(bob.answer(received, 489));
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "16.4")
    void headersInTheRouteOfAStrictRouterAreDropped() throws Exception {
        app.on("INVITE", invite -> {
            invite.getProxy().setRecordRoute(true);
            invite.getProxy().proxyTo(invite.getRequestURI());
        });
        server.deploy("proxy", app, ScriptedServlet.class);
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@" + bob.host()));
        Request received = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(received, 200)
                .add(
                        HeaderName.RECORD_ROUTE,
                        received.headers().values(HeaderName.RECORD_ROUTE).get(0))
                .set(HeaderName.CONTACT, "<" + bob.contact() + "?Route=%22>"));
        Response success = alice.nextResponse(200);
        Uri proxy = NameAddr.parse(
                        success.headers().values(HeaderName.RECORD_ROUTE).get(0))
                .uri();
        alice.send(alice.inDialog(Method.ACK, invite, success, 1).uri(Uri.parse(bob.contact())));
        bob.nextRequest(Method.ACK);

        alice.send(alice.inDialog(Method.BYE, invite, success, 2)
                .uri(proxy)
                .set(HeaderName.ROUTE, "<" + bob.contact() + "?Route=%22>"));

        Request bye = bob.nextRequest(Method.BYE);
        assertThat(bye.uriText()).isEqualTo(bob.contact());
        bob.send(bob.answer(bye, 200));
        alice.nextResponse(200);
        server.assertEnded();
    }
}
