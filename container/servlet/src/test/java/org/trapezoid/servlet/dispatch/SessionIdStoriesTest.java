// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServletRequest;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Session-ID, RFC 7989. */
class SessionIdStoriesTest {

    private static final String NIL = "00000000000000000000000000000000";
    private static final String OF_ALICE = "ab30317f1a784dc48ff824d0d3715d86";
    private static final String OF_BOB = "47755a9de7794ba387653f2099600ef2";

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy(String on) throws Exception {
        server.deploy("app", Map.of("org.trapezoid.session-id", on), app);
    }

    private static String sessionId(Message message) {
        return message.headers().first(HeaderName.SESSION_ID).orElse("none");
    }

    private void beBackToBack() {
        app.on("INVITE", request -> {
            SipServletRequest leg = request.getB2buaHelper().createRequest(request, true, null);
            leg.setRequestURI(app.uri(bob.contact()));
            leg.send();
        });
        app.onResponse(response -> response.getRequest()
                .getB2buaHelper()
                .getLinkedSipServletRequest(response.getRequest())
                .createResponse(response.getStatus())
                .send());
    }

    @Test
    @Rfc(value = 7989, section = "6")
    void aCallerHasOneForTheWholeCallAndLearnsThatOfTheCallee() throws Exception {
        deploy("true");
        app.onResponse(response -> {
            if (response.getStatus() == 200) {
                response.createAck().send();
            }
        });

        app.request("INVITE", bob).send();
        Request invite = bob.nextRequest(Method.INVITE);
        String own = sessionId(invite).substring(0, 32);
        bob.send(bob.answer(invite, 200).set(HeaderName.SESSION_ID, OF_BOB + ";remote=" + own));

        assertThat(sessionId(invite)).isEqualTo(own + ";remote=" + NIL);
        assertThat(own).matches("[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}");
        assertThat(sessionId(bob.nextRequest(Method.ACK))).isEqualTo(own + ";remote=" + OF_BOB);
    }

    @Test
    @Rfc(value = 7989, section = "7")
    void aBackToBackUserAgentPassesTheOneOfEachEndToTheOther() throws Exception {
        deploy("true");
        beBackToBack();

        alice.send(
                alice.request(Method.INVITE, "sip:bob@a.test").set(HeaderName.SESSION_ID, OF_ALICE + ";remote=" + NIL));
        Request leg = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(leg, 180).set(HeaderName.SESSION_ID, OF_BOB + ";remote=" + OF_ALICE));
        Response ringing = alice.nextResponse(180);

        assertThat(sessionId(leg)).isEqualTo(OF_ALICE + ";remote=" + NIL);
        assertThat(sessionId(ringing)).isEqualTo(OF_BOB + ";remote=" + OF_ALICE);
    }

    @Test
    @Rfc(value = 7989, section = "6")
    void theCancelCarriesThatOfItsInvite() throws Exception {
        deploy("false");
        app.on("INVITE", request -> request.getProxy().proxyTo(app.uri(bob.contact())));

        Request invite = alice.send(
                alice.request(Method.INVITE, "sip:bob@a.test").set(HeaderName.SESSION_ID, OF_ALICE + ";remote=" + NIL));
        Request atBob = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(atBob, 180));
        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));

        assertThat(sessionId(atBob)).isEqualTo(OF_ALICE + ";remote=" + NIL);
        assertThat(sessionId(bob.nextRequest(Method.CANCEL))).isEqualTo(OF_ALICE + ";remote=" + NIL);
    }

    @Test
    @Rfc(value = 7989, section = "6")
    void nothingIsSentUnlessTheApplicationWantsIt() throws Exception {
        deploy("false");
        app.on("INVITE", request -> request.createResponse(486).send());

        alice.send(alice.request(Method.INVITE, "sip:bob@a.test").set(HeaderName.SESSION_ID, OF_ALICE));
        app.request("MESSAGE", bob).send();

        assertThat(sessionId(alice.nextResponse(486))).isEqualTo("none");
        assertThat(sessionId(bob.nextRequest(Method.MESSAGE))).isEqualTo("none");
    }
}
