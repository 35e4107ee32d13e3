// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.sip.B2buaHelper;
import jakarta.servlet.sip.SipServletRequest;
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

/** What a back-to-back user agent does when its callee was forked, and the links it keeps (JSR 289 §12). */
class B2buaHelperTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void deploy() throws Exception {
        server.deploy("b2bua", app);
        app.on("INVITE", invite -> {
            SipServletRequest leg = invite.getB2buaHelper().createRequest(invite, true, null);
            leg.setRequestURI(app.uri(bob.contact()));
            leg.send();
        });
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    void eachCalleeThatAcceptsIsADialogOfItsOwnForTheCaller() throws Exception {
        app.onResponse(response -> {
            if (response.getStatus() == 200 && response.getMethod().equals("INVITE")) {
                response.createAck().send();
                SipServletRequest original = app.requests.get(0);
                original.getB2buaHelper()
                        .createResponseToOriginalRequest(original.getSession(), 200, null)
                        .send();
            }
        });
        app.on("BYE", bye -> bye.createResponse(200).send());
        Request invite = alice.send(alice.request(Method.INVITE, "sip:b2bua@a.test"));
        Request leg = bob.nextRequest(Method.INVITE);

        bob.send(bob.answer(leg, 200).set(HeaderName.TO, leg.to().withTag("1").toString()));
        bob.nextRequest(Method.ACK);
        bob.send(bob.answer(leg, 200).set(HeaderName.TO, leg.to().withTag("2").toString()));
        bob.nextRequest(Method.ACK);

        Response one = alice.nextResponse(200);
        Response other = alice.nextResponse(200);
        assertThat(one.toTag()).isNotEqualTo(other.toTag());
        for (Response each : java.util.List.of(one, other)) {
            alice.send(alice.inDialog(Method.ACK, invite, each, 1));
            alice.send(alice.inDialog(Method.BYE, invite, each, 2));
            alice.nextResponse(200);
        }
        assertThat(app.seen).endsWith("ACK", "BYE", "ACK", "BYE");
        assertThat(app.requests.get(1).getSession())
                .isNotSameAs(app.requests.get(3).getSession());
    }

    @Test
    void linksEndWithTheirSessions() {
        Request invite = alice.send(alice.request(Method.INVITE, "sip:b2bua@a.test"));
        bob.nextRequest(Method.INVITE);
        SipServletRequest original = app.requests.get(0);
        B2buaHelper helper = original.getB2buaHelper();
        SipSession leg = helper.getLinkedSession(original.getSession());

        assertThat(invite.callId()).isNotEqualTo(leg.getCallId());
        assertThat(helper.getLinkedSession(leg)).isSameAs(original.getSession());
        assertThat(helper.getLinkedSipServletRequest(original).getSession()).isSameAs(leg);
        helper.unlinkSipSessions(leg);
        assertThat(helper.getLinkedSession(leg)).isNull();
        assertThatThrownBy(() -> helper.unlinkSipSessions(leg)).isInstanceOf(IllegalArgumentException.class);
        helper.linkSipSessions(leg, original.getSession());
        helper.linkSipSessions(leg, original.getSession());
        leg.invalidate();
        assertThat(helper.getLinkedSession(original.getSession())).isNull();
        assertThatThrownBy(() -> helper.getLinkedSession(leg)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void cancelsTheOtherLegBeforeItIsAnswered() throws Exception {
        alice.send(alice.request(Method.INVITE, "sip:b2bua@a.test"));
        Request leg = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(leg, 180));
        SipServletRequest original = app.requests.get(0);
        SipSession linked = original.getB2buaHelper().getLinkedSession(original.getSession());

        original.getB2buaHelper().createCancel(linked).send();

        bob.send(Response.to(bob.nextRequest(Method.CANCEL), 200));
        bob.send(bob.answer(leg, 487));
        assertThatThrownBy(() -> original.getB2buaHelper().createCancel(original.getSession()))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> original.getB2buaHelper().createCancel(null)).isInstanceOf(NullPointerException.class);
    }
}
