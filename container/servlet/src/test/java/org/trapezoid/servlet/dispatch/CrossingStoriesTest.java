// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

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

/** Messages that cross each other or come again. The simulation found each of these, here it is as small as can be. */
class CrossingStoriesTest {

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final ScriptedServlet app = new ScriptedServlet();

    @BeforeEach
    void answer() {
        app.on("INVITE", request -> request.createResponse(200).send());
        app.on("BYE", request -> request.createResponse(200).send());
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void deploy() throws Exception {
        server.deploy("app", app, ScriptedServlet.class);
    }

    @Test
    @Rfc(value = 3261, section = "15")
    void anAnswerToAReInviteAfterTheByeLeavesTheCallEnded() throws Exception {
        app.on("INFO", request -> {
            request.getSession().createRequest("INVITE").send();
            request.createResponse(200).send();
        });
        app.onResponse(response -> response.createAck().send());
        deploy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(alice.inDialog(Method.INFO, invite, success, 2));
        Request again = alice.nextRequest(Method.INVITE);
        alice.nextResponse(200);

        alice.send(alice.inDialog(Method.BYE, invite, success, 3));
        alice.nextResponse(200);
        alice.send(alice.answer(again, 200));

        alice.nextRequest(Method.ACK);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "15")
    void aByeOfTheCalleeWaitsForTheAck() throws Exception {
        app.on("INVITE", request -> {
            request.createResponse(200).send();
            request.getSession().createRequest("BYE").send();
        });
        deploy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);
        assertThat(alice.rest()).isEmpty();

        alice.send(alice.inDialog(Method.ACK, invite, success, 1));

        alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "13.3.1.4")
    void aByeOfTheCalleeLeavesWithoutAckAfter64T1() throws Exception {
        app.on("INVITE", request -> {
            request.createResponse(200).send();
            request.getSession().createRequest("BYE").send();
        });
        deploy();
        alice.send(alice.request(Method.INVITE, "sip:app@a.test"));

        server.advance(Duration.ofMillis(31_999));
        assertThat(alice.rest()).hasOnlyElementsOfType(Response.class);
        server.advance(Duration.ofMillis(1));

        Request bye = (Request) alice.rest().get(alice.rest().size() - 1);
        assertThat(bye.method()).isEqualTo(Method.BYE);
        alice.send(alice.answer(bye, 200));
        assertThat(app.events).contains("noAck");
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "15.1.2")
    void whoHungUpOwesNoAckAnyMore() throws Exception {
        deploy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response success = alice.nextResponse(200);

        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        alice.nextResponse(200);
        server.assertEnded();

        assertThat(alice.rest()).isEmpty();
        assertThat(app.events).doesNotContain("noAck");
    }

    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    void aRepeatedAckIsForwardedAgainAndShownOnce() throws Exception {
        Peer bob = server.peer("bob");
        app.on("INVITE", request -> {
            request.getProxy().setRecordRoute(true);
            request.getProxy().proxyTo(app.uri(bob.contact()));
        });
        app.on("BYE", request -> {});
        deploy();
        Request invite = alice.send(alice.request(Method.INVITE, "sip:bob@a.test"));
        Request forwarded = bob.nextRequest(Method.INVITE);
        Response.Builder answer = bob.answer(forwarded, 200);
        forwarded.headers().all(HeaderName.RECORD_ROUTE).forEach(route -> answer.add(HeaderName.RECORD_ROUTE, route));
        bob.send(answer);
        Response success = alice.nextResponse(200);

        Request ack = alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        alice.send(ack);

        bob.nextRequest(Method.ACK);
        bob.nextRequest(Method.ACK);
        assertThat(app.seen).containsOnlyOnce("ACK");
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        alice.nextResponse(200);
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "15.1.2")
    void aByeBeforeTheAnswerFindsItsSession() throws Exception {
        app.on("INVITE", request -> request.createResponse(180).send());
        app.on("BYE", request -> {
            assertThat(request.getSession().isValid()).isTrue();
            request.createResponse(200).send();
        });
        server.deploy("app", app); // nobody asks whether the session may go
        Request invite = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response ringing = alice.nextResponse(180);

        alice.send(alice.inDialog(Method.BYE, invite, ringing, 2));

        assertThat(alice.rest()).extracting(each -> ((Response) each).status()).containsExactlyInAnyOrder(487, 200);
    }
}
