// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.URI;
import jakarta.servlet.sip.ar.SipApplicationRoutingRegion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
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

/** An application sends requests to another one whose session, by its key or its encoded URI, is at another node of the cluster. */
class ChainedKeyStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final String THIRD = "192.0.2.3";
    private static final Duration SOON = Duration.ofMillis(100);
    private static final Duration DECISION = Duration.ofSeconds(3); // on a call that is held

    private static final String CHAIN = """
            ALL: ("gate", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0"), \
            ("conference", "DAR:To", "TERMINATING", "", "NO_ROUTE", "1")
            """;

    private final Site site = new Site(TestServer.Edge.routedBy(CHAIN), FIRST, SECOND, THIRD).connected();
    private final ScriptedServlet gate = new ScriptedServlet();
    private final ScriptedServlet conference = new ScriptedServlet();
    private final Peer alice = site.node(FIRST).peer("alice");
    private final Peer bob = bobAt(SECOND);
    private final List<String> sessions = new ArrayList<>();

    private Peer bobAt(String host) {
        site.node(host).peer("alice"); // the same addresses everywhere
        return site.node(host).peer("bob");
    }

    /** There is one conference for everybody who says nothing else. */
    static String room(SipServletRequest request) {
        @Nullable String room = request.getHeader("Room");
        return room == null ? "the usual one" : room;
    }

    @BeforeEach
    void deploy() throws Exception {
        site.cluster.answersAfter(() -> Duration.ofMillis(2));
        gate.on("INVITE", request -> {
            if (request.isInitial()) {
                Proxy proxy = request.getProxy();
                proxy.setRecordRoute(true);
                proxy.proxyTo(request.getRequestURI());
            }
        });
        gate.on("MESSAGE", request -> request.getProxy().proxyTo(request.getRequestURI()));
        conference.on("INVITE", request -> {
            sessions.add(request.getApplicationSession().getId());
            if (request.getHeader("Hold") == null) {
                request.createResponse(200).send();
            } else {
                request.createResponse(180).send();
                request.getApplicationSession().setAttribute("held", request);
                conference.timers().createTimer(request.getApplicationSession(), DECISION.toMillis(), false, "decide");
            }
        });
        conference.on("MESSAGE", request -> {
            sessions.add(request.getApplicationSession().getId());
            request.createResponse(200).send();
        });
        conference.onTimer(timer -> {
            SipServletRequest held =
                    (SipServletRequest) timer.getApplicationSession().getAttribute("held");
            if (!held.isCommitted()) {
                held.createResponse(200).send();
            }
        });
        conference.on("CANCEL", request -> {});
        conference.on("BYE", request -> request.createResponse(200).send());
        site.deploy("gate", gate);
        site.deployKeyed("conference", conference, ChainedKeyStoriesTest.class, "room", ScriptedServlet.class);
    }

    @AfterEach
    void scriptsRanThrough() {
        gate.assertUnharmed();
        conference.assertUnharmed();
    }

    private Request.Builder invite(Peer peer) {
        return peer.request(Method.INVITE, "sip:conference@a.test");
    }

    private Response join(Peer peer, Request invite) {
        site.clock.advance(SOON);
        Response success = peer.nextResponse(200);
        peer.send(peer.inDialog(Method.ACK, invite, success, 1));
        site.clock.advance(SOON);
        return success;
    }

    private void leave(Peer peer, Request invite, Response success) {
        peer.send(peer.inDialog(Method.BYE, invite, success, 2));
        site.clock.advance(SOON);
        peer.nextResponse(200);
    }

    @Test
    void callersMeetThoughTheyPassTheGateOfDifferentNodes() {
        Request ofBob = bob.send(invite(bob));
        Response toBob = join(bob, ofBob);

        Request ofAlice = alice.send(invite(alice));
        Response toAlice = join(alice, ofAlice);

        assertThat(sessions).hasSize(2);
        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        assertThat(conference.seen).containsExactly("INVITE", "ACK", "INVITE", "ACK");
        leave(alice, ofAlice, toAlice);
        leave(bob, ofBob, toBob);
        assertThat(gate.seen).filteredOn("BYE"::equals).hasSize(2);
        site.clock.advance(Duration.ofSeconds(40));
        site.assertEnded();
    }

    @Test
    void theGateIsKnownToTheConferenceAtTheOtherNodeAsAtItsOwn() {
        bob.send(invite(bob));
        site.clock.advance(SOON);
        SipServletRequest ofBob = conference.requests.get(0);

        alice.send(invite(alice));
        site.clock.advance(SOON);

        SipServletRequest ofAlice = conference.requests.get(1);
        assertThat(ofAlice.getApplicationSession().getId())
                .isEqualTo(ofBob.getApplicationSession().getId());
        assertThat(ofAlice.isInternallyRouted()).isTrue();
        assertThat(ofAlice.getRegion()).isEqualTo(SipApplicationRoutingRegion.TERMINATING_REGION);
        assertThat(ofAlice.getSubscriberURI()).isEqualTo(ofBob.getSubscriberURI());
        assertThat(ofAlice.getInitialRemoteAddr()).isEqualTo(alice.host());
        assertThat(ofAlice.getInitialRemotePort()).isEqualTo(5060);
        assertThat(ofAlice.getInitialTransport()).isEqualTo("UDP");
    }

    @Test
    void aRequestOutsideOfDialogsIsAnsweredByTheOtherNode() {
        bob.send(invite(bob));
        site.clock.advance(SOON);

        alice.send(alice.request(Method.MESSAGE, "sip:conference@a.test"));
        site.clock.advance(SOON);

        alice.nextResponse(200);
        assertThat(sessions).hasSize(2);
        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
        assertThat(gate.seen).contains("200 MESSAGE");
    }

    /** Alice calls, and the conference decides later. */
    private Request hold() {
        Request invite = alice.send(invite(alice).set(HeaderName.of("Hold"), "yes"));
        site.clock.advance(SOON);
        alice.nextResponse(180);
        return invite;
    }

    @Test
    void aCancelFollowsItsInvite() {
        bob.send(invite(bob));
        site.clock.advance(SOON);
        Request ofAlice = hold();

        alice.send(Peer.cancel(ofAlice));
        site.clock.advance(SOON);

        assertThat(TwoNodes.nextFinal(alice).status()).isEqualTo(200); // to the CANCEL
        alice.send(Peer.ack(ofAlice, alice.nextResponse(487)));
        assertThat(conference.seen).endsWith("CANCEL");
    }

    @Test
    void anAnswerFindsTheGateWhenItsNodeHasDied() {
        bob.send(invite(bob));
        site.clock.advance(SOON);
        hold();

        site.killAndNotice(FIRST);
        site.clock.advance(DECISION);

        assertThat(answeredLater()).isEqualTo(200);
        assertThat(gate.seen).endsWith("200 INVITE");
    }

    @Test
    void theSessionOfTheKeyAnswersWhenItsNodeHasDied() {
        bob.send(invite(bob));
        site.clock.advance(SOON);
        hold();

        site.killAndNotice(SECOND);
        site.clock.advance(DECISION);

        assertThat(alice.nextResponse(200).cseq().method()).isEqualTo("INVITE");
    }

    private int answeredLater() {
        for (String host : List.of(SECOND, THIRD)) {
            for (var message : site.node(host).peer("alice").rest()) {
                if (message instanceof Response response && response.status() >= 200) {
                    return response.status();
                }
            }
        }
        return 0;
    }

    @Test
    void oneWhoseNodeDiesWithTheRequestIsAskedAgain() {
        bob.send(invite(bob));
        site.clock.advance(SOON);
        site.cluster.messagesTake(() -> Duration.ofMillis(50));

        alice.send(alice.request(Method.MESSAGE, "sip:conference@a.test"));
        site.clock.advance(Duration.ofMillis(20));
        site.killAndNotice(SECOND);
        site.clock.advance(Duration.ofSeconds(2));

        alice.nextResponse(200);
    }

    @Test
    @SuppressWarnings("deprecation") // encodeURI is deprecated by JSR 289, not gone
    void anEncodedUriLeadsAnApplicationToTheNodeOfItsSession() {
        bob.send(invite(bob));
        site.clock.advance(SOON);
        gate.on("MESSAGE", request -> {
            URI uri = request.getRequestURI();
            conference.requests.get(0).getApplicationSession().encodeURI(uri);
            request.getProxy().proxyTo(uri);
        });

        alice.send(alice.request(Method.MESSAGE, "sip:conference@a.test").add(HeaderName.of("Room"), "another"));
        site.clock.advance(SOON);

        alice.nextResponse(200);
        assertThat(sessions.get(1)).isEqualTo(sessions.get(0));
    }
}
