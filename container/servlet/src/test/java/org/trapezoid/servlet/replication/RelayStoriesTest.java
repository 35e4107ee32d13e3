// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Messages that reach a node which never saw the call, whose own node lives or is about to be missed. */
class RelayStoriesTest {
    private static final String FIRST = "192.0.2.1";
    private static final String SECOND = "192.0.2.2";
    private static final Duration SOON = Duration.ofMillis(10);

    private final Site site = new Site(FIRST, SECOND);
    private final ScriptedServlet app = new ScriptedServlet();
    private final Peer alice = site.node(FIRST).peer("alice");
    private final Peer bob = site.node(FIRST).peer("bob");
    private final Peer aliceElsewhere = site.node(SECOND).peer("alice"); // the same phones, which the second node sees
    private final Peer bobElsewhere = site.node(SECOND).peer("bob");
    private final Request invite =
            alice.request(Method.INVITE, "sip:bob@a.test").build();

    @SuppressWarnings("NullAway.Init") // by each test first
    private Request received;

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private void rings() throws Exception {
        app.on("INVITE", request -> {
            if (request.isInitial()) {
                request.getProxy().setRecordRoute(true);
                request.getProxy().proxyTo(app.uri(bob.contact()));
            }
        });
        site.deploy("proxy", app);
        alice.send(invite);
        received = bob.nextRequest(Method.INVITE);
        bob.send(recorded(180));
        alice.nextResponse(180);
        site.clock.advance(SOON);
    }

    private Response.Builder recorded(int status) {
        Response.Builder answer = bob.answer(received, status);
        received.headers().values(HeaderName.RECORD_ROUTE).forEach(route -> answer.add(HeaderName.RECORD_ROUTE, route));
        return answer;
    }

    private Response answered() throws Exception {
        bob.send(recorded(200));
        site.clock.advance(SOON);
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        site.clock.advance(Duration.ofMillis(100)); // what is saved later
        return success;
    }

    private void hangUp(Response success) {
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        site.clock.advance(SOON);
        alice.nextResponse(200);
        site.assertEnded();
    }

    @Test
    void aRetransmittedInviteIsNoSecondCall() throws Exception {
        rings();
        app.seen.clear();

        aliceElsewhere.send(invite);
        site.clock.advance(SOON);

        alice.nextResponse(180); // the owner repeats it, as RFC 3261 17.2.1 has it
        assertThat(app.seen).isEmpty();
        assertThat(bob.rest()).isEmpty();
        assertThat(bobElsewhere.rest()).isEmpty();
        assertThat(site.node(SECOND).server().sessions()).isZero();
        hangUp(answered());
    }

    @Test
    void aRetransmittedInviteOfAnAnsweredCallIsNoSecondCall() throws Exception {
        rings();
        Response success = answered();
        app.seen.clear();

        aliceElsewhere.send(invite);
        site.clock.advance(SOON);

        assertThat(app.seen).isEmpty();
        assertThat(bob.rest()).isEmpty();
        assertThat(bobElsewhere.rest()).isEmpty();
        hangUp(success);
    }

    @Test
    void aCancelReachesTheCallItIsFor() throws Exception {
        rings();

        aliceElsewhere.send(Peer.cancel(invite));
        site.clock.advance(SOON);

        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(received, 487));
        site.clock.advance(SOON);
        assertThat(cancel.topBranch()).isEqualTo(received.topBranch());
        Response terminated = alice.nextResponse(487);
        alice.send(Peer.ack(invite, terminated));
        site.assertEnded();
    }

    @Test
    void the200ThatArrivesElsewhereIsForwardedByItsProxy() throws Exception {
        rings();

        bobElsewhere.send(recorded(200));
        site.clock.advance(SOON);

        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);
        bobElsewhere.send(recorded(200)); // again: bob has not seen the ACK yet
        site.clock.advance(SOON);
        alice.nextResponse(200);
        assertThat(site.node(SECOND).server().sessions()).isZero();
        hangUp(success);
    }

    @Test
    void whatANodeTookWithItWhenItDiedIsHandledByTheSurvivor() throws Exception {
        rings();
        Response success = answered();
        site.kill(FIRST);

        aliceElsewhere.send(aliceElsewhere.inDialog(Method.BYE, invite, success, 2)); // relayed: nobody knows yet
        site.clock.advance(Duration.ofSeconds(1));

        bobElsewhere.send(bobElsewhere.answer(bobElsewhere.nextRequest(Method.BYE), 200));
        aliceElsewhere.nextResponse(200);
        site.assertEnded();
    }
}
