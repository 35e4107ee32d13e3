// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServletRequest;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Which application session a request is for, as the application's key method says (JSR 289 §15.11.2). */
class KeyStoriesTest {
    private static final HeaderName CONFERENCE = HeaderName.of("Conference");

    private final TestServer server = new TestServer();
    private final Peer alice = server.peer("alice");
    private final Peer bob = server.peer("bob");
    private final ScriptedServlet app = new ScriptedServlet();
    private final List<SipApplicationSession> sessions = new ArrayList<>();

    static @Nullable String conference(SipServletRequest request) {
        String name = request.getHeader("Conference");
        if ("none".equals(name)) {
            throw new IllegalStateException("scripted");
        }
        return name;
    }

    private void deploy() throws Exception {
        app.on("INVITE", invite -> {
            sessions.add(invite.getApplicationSession());
            invite.createResponse(200).send();
        });
        app.on("BYE", bye -> bye.createResponse(200).send());
        server.deployKeyed("conference", app, KeyStoriesTest.class, "conference");
    }

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private static Request call(Peer peer, String conference) {
        return peer.send(peer.request(Method.INVITE, "sip:app@a.test")
                .set(HeaderName.CALL_ID, peer.host() + conference)
                .add(CONFERENCE, conference));
    }

    private static Response answered(Peer peer, Request invite) {
        Response success = peer.nextResponse(200);
        peer.send(peer.inDialog(Method.ACK, invite, success, 1));
        return success;
    }

    private static void hangUp(Peer peer, Request invite, Response success) {
        peer.send(peer.inDialog(Method.BYE, invite, success, 2));
        peer.nextResponse(200);
    }

    @Test
    void callsWithOneKeyMeetInOneApplicationSession() throws Exception {
        deploy();

        Request ofAlice = call(alice, "red");
        Response toAlice = answered(alice, ofAlice);
        Request ofBob = call(bob, "red");
        Response toBob = answered(bob, ofBob);
        Request other = call(alice, "blue");
        Response toOther = answered(alice, other);

        assertThat(sessions.get(1)).isSameAs(sessions.get(0));
        assertThat(sessions.get(2)).isNotSameAs(sessions.get(0));
        assertThat(sessions.get(0).getSessions("SIP")).toIterable().hasSize(2);
        hangUp(alice, ofAlice, toAlice);
        hangUp(bob, ofBob, toBob);
        hangUp(alice, other, toOther);
        server.assertEnded();
    }

    @Test
    void aKeyWhoseSessionHasEndedGetsANewOne() throws Exception {
        deploy();
        Request first = call(alice, "red");
        hangUp(alice, first, answered(alice, first));
        server.assertEnded();

        Request again = call(bob, "red");
        hangUp(bob, again, answered(bob, again));

        assertThat(sessions.get(1)).isNotSameAs(sessions.get(0));
        server.assertEnded();
    }

    @Test
    void withoutAKeyEachCallHasItsOwn() throws Exception {
        deploy();
        Request ofAlice = alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
        Response toAlice = answered(alice, ofAlice);
        Request ofBob = bob.send(bob.request(Method.INVITE, "sip:app@a.test"));
        Response toBob = answered(bob, ofBob);

        assertThat(sessions.get(1)).isNotSameAs(sessions.get(0));
        hangUp(alice, ofAlice, toAlice);
        hangUp(bob, ofBob, toBob);
        server.assertEnded();
    }

    @Test
    void aKeyMethodThatThrowsIsAServerError() throws Exception {
        deploy();

        call(alice, "none");

        alice.nextResponse(500);
        assertThat(sessions).isEmpty();
        server.assertEnded();
    }
}
