// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipURI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Initial requests that name a session of another node: by an encoded URI, by Replaces or Join. */
class NamedSessionStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final Duration SOON = Duration.ofMillis(20);

    private final Site site = new Site(FIRST, SECOND);
    private final ScriptedServlet app = new ScriptedServlet();
    private final Peer alice = site.node(FIRST).peer("alice");
    private final Peer aliceLater = site.node(SECOND).peer("alice"); // the same phone, which the second node sees
    private final Peer bob = site.node(SECOND).peer("bob");
    private final List<String> sessions = new ArrayList<>();
    private String encoded = "";

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @SuppressWarnings("deprecation") // applications of JSR 289 use it
    private Request called() throws Exception {
        app.on("INVITE", invite -> {
            sessions.add(invite.getApplicationSession().getId());
            SipURI uri = app.factory().createSipURI("app", "a.test");
            invite.getApplicationSession().encodeURI(uri);
            encoded = uri.toString();
            invite.createResponse(200).send();
        });
        app.on("BYE", bye -> bye.createResponse(200).send());
        site.deploy("app", app);
        return alice.send(alice.request(Method.INVITE, "sip:app@a.test"));
    }

    private Response answered(Peer peer, Request invite) {
        Response success = peer.nextResponse(200);
        peer.send(peer.inDialog(Method.ACK, invite, success, 1));
        site.clock.advance(Duration.ofMillis(100));
        return success;
    }

    private void hangUp(Peer peer, Request invite, Response success) {
        peer.send(peer.inDialog(Method.BYE, invite, success, 2));
        site.clock.advance(SOON);
        peer.nextResponse(200);
    }

    @Test
    void anEncodedUriLeadsToTheNodeOfItsSession() throws Exception {
        Request ofAlice = called();
        Response toAlice = answered(alice, ofAlice);

        Request ofBob = bob.send(bob.request(Method.INVITE, encoded));
        site.clock.advance(SOON);
        Response toBob = answered(bob, ofBob);

        assertThat(sessions).hasSize(2);
        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        assertThat(site.node(SECOND).server().sessions()).isZero();
        hangUp(alice, ofAlice, toAlice);
        hangUp(bob, ofBob, toBob);
        site.assertEnded();
    }

    @ParameterizedTest
    @CsvSource({"Replaces", "Join"})
    @Rfc(value = 3891, section = "3")
    @Rfc(value = 3911, section = "4")
    void anInviteThatNamesACallLeadsToTheNodeOfThatCall(String header) throws Exception {
        Request ofAlice = called();
        Response toAlice = answered(alice, ofAlice);

        Request ofBob = bob.send(bob.request(Method.INVITE, "sip:app@a.test")
                .set(
                        HeaderName.of(header),
                        ofAlice.callId() + ";to-tag=" + toAlice.toTag().orElseThrow() + ";from-tag=alice"));
        site.clock.advance(SOON);
        Response toBob = answered(bob, ofBob);

        assertThat(sessions).hasSize(2);
        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        assertThat(site.node(SECOND).server().sessions()).isZero();
        hangUp(alice, ofAlice, toAlice);
        hangUp(bob, ofBob, toBob);
        site.assertEnded();
    }

    @Test
    void anEncodedUriTakesASessionOverWhoseNodeHasDied() throws Exception {
        Request ofAlice = called();
        Response toAlice = answered(alice, ofAlice);
        site.killAndNotice(FIRST);

        Request ofBob = bob.send(bob.request(Method.INVITE, encoded));
        Response toBob = answered(bob, ofBob);

        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        hangUp(aliceLater, ofAlice, toAlice);
        hangUp(bob, ofBob, toBob);
        site.assertEnded();
    }
}
