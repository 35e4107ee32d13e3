// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.replication.TwoNodes.FIRST;
import static org.trapezoid.servlet.replication.TwoNodes.SECOND;
import static org.trapezoid.servlet.replication.TwoNodes.recorded;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.replication.TwoNodes.Call;
import org.trapezoid.servlet.replication.TwoNodes.Ringing;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Messages that reach a node which never saw the call, whose own node lives or is about to be missed. */
class RelayStoriesTest {
    private static final Duration SOON = Duration.ofMillis(10);

    private final TwoNodes nodes = new TwoNodes();
    private final Site site = nodes.site;
    private final ScriptedServlet app = nodes.app;
    private final Peer alice = nodes.alice;
    private final Peer bob = nodes.bob;
    private final Peer aliceElsewhere = nodes.aliceLater;
    private final Peer bobElsewhere = nodes.bobLater;

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    private Ringing rings() throws Exception {
        nodes.deployProxy();
        Ringing call = nodes.ring();
        site.clock.advance(SOON);
        return call;
    }

    private Call answered(Ringing call) {
        bob.send(recorded(bob, call.received(), 200));
        site.clock.advance(SOON);
        Response success = nodes.acknowledge(call.invite());
        bob.nextRequest(Method.ACK);
        return new Call(call.invite(), call.received(), success);
    }

    private void hangUp(Call call) {
        alice.send(alice.inDialog(Method.BYE, call.invite(), call.success(), 2));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        site.clock.advance(SOON);
        alice.nextResponse(200);
        site.assertEnded();
    }

    @Test
    void aRetransmittedInviteIsNoSecondCall() throws Exception {
        Ringing call = rings();
        app.seen.clear();

        aliceElsewhere.send(call.invite());
        site.clock.advance(SOON);

        alice.nextResponse(180); // the owner repeats it, as RFC 3261 17.2.1 has it
        assertThat(app.seen).isEmpty();
        assertThat(bob.rest()).isEmpty();
        assertThat(bobElsewhere.rest()).isEmpty();
        assertThat(site.node(SECOND).server().sessions()).isZero();
        hangUp(answered(call));
    }

    @Test
    void aRetransmittedInviteOfAnAnsweredCallIsNoSecondCall() throws Exception {
        Call call = answered(rings());
        app.seen.clear();

        aliceElsewhere.send(call.invite());
        site.clock.advance(SOON);

        assertThat(app.seen).isEmpty();
        assertThat(bob.rest()).isEmpty();
        assertThat(bobElsewhere.rest()).isEmpty();
        hangUp(call);
    }

    @Test
    void aCancelReachesTheCallItIsFor() throws Exception {
        Ringing call = rings();

        aliceElsewhere.send(Peer.cancel(call.invite()));
        site.clock.advance(SOON);

        Request cancel = bob.nextRequest(Method.CANCEL);
        bob.send(bob.answer(cancel, 200));
        bob.send(bob.answer(call.received(), 487));
        site.clock.advance(SOON);
        assertThat(cancel.topBranch()).isEqualTo(call.received().topBranch());
        Response terminated = alice.nextResponse(487);
        alice.send(Peer.ack(call.invite(), terminated));
        site.assertEnded();
    }

    @Test
    void the200ThatArrivesElsewhereIsForwardedByItsProxy() throws Exception {
        Ringing call = rings();

        bobElsewhere.send(recorded(bob, call.received(), 200));
        site.clock.advance(SOON);

        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, call.invite(), success, 1));
        bob.nextRequest(Method.ACK);
        bobElsewhere.send(recorded(bob, call.received(), 200)); // again: bob has not seen the ACK yet
        site.clock.advance(SOON);
        alice.nextResponse(200);
        assertThat(site.node(SECOND).server().sessions()).isZero();
        hangUp(new Call(call.invite(), call.received(), success));
    }

    @Test
    void whatANodeTookWithItWhenItDiedIsHandledByTheSurvivor() throws Exception {
        Call call = answered(rings());
        site.kill(FIRST);

        aliceElsewhere.send(
                aliceElsewhere.inDialog(Method.BYE, call.invite(), call.success(), 2)); // relayed: nobody knows yet
        site.clock.advance(Duration.ofSeconds(1));

        bobElsewhere.send(bobElsewhere.answer(bobElsewhere.nextRequest(Method.BYE), 200));
        aliceElsewhere.nextResponse(200);
        site.assertEnded();
    }

    /** A node that hands its sessions over takes no others; a datagram is sent again, to somebody else by then. */
    @Test
    void whoIsConnectedToANodeThatStopsIsToldSo() throws Exception {
        Call call = answered(rings());
        hangUp(call);
        site.killAndNotice(FIRST);
        Peer connected = site.node(SECOND).server().connected("connected");
        var unused = site.node(SECOND).server().layer().handOver();

        connected.send(connected.inDialog(Method.BYE, call.invite(), call.success(), 3));
        site.clock.advance(SOON);

        assertThat(connected.nextResponse(503).headers().has(HeaderName.RETRY_AFTER))
                .isTrue();
    }
}
