// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.replication.TwoNodes.FIRST;
import static org.trapezoid.servlet.replication.TwoNodes.SECOND;
import static org.trapezoid.servlet.replication.TwoNodes.nextFinal;
import static org.trapezoid.servlet.replication.TwoNodes.recorded;

import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.replication.TwoNodes.Call;
import org.trapezoid.servlet.replication.TwoNodes.Ringing;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** Proxied calls whose node dies: they go on at another one, from the point they had reached. */
class ProxyTakeoverTest {
    private final TwoNodes nodes = new TwoNodes();
    private final Site site = nodes.site;
    private final ScriptedServlet app = nodes.app;
    private final Peer alice = nodes.alice;
    private final Peer bob = nodes.bob;
    private final Peer aliceLater = nodes.aliceLater;
    private final Peer bobLater = nodes.bobLater;

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    @Test
    void aProxiedCallIsHungUpThroughTheSurvivor() throws Exception {
        nodes.deployProxy();
        Call call = nodes.call();
        site.killAndNotice(FIRST);
        app.seen.clear();

        nodes.hangUpLater(call);

        assertThat(app.seen).containsExactly("BYE", "200 BYE");
    }

    @Test
    void aMessageTakesItsCallOverAtOnce() throws Exception {
        site.cluster.detectsDeathAfter(Duration.ofMillis(1));
        nodes.deployProxy();
        Call call = nodes.call();
        site.kill(FIRST);
        site.clock.advance(Duration.ofMillis(1));

        nodes.hangUpLater(call);
    }

    @Test
    void aRequestThatReachesAnotherNodeIsRelayedToTheLivingOwner() throws Exception {
        nodes.deployProxy();
        Call call = nodes.call();

        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite(), call.success(), 2));
        site.clock.advance(Duration.ofMillis(10));
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        site.clock.advance(Duration.ofMillis(10));

        aliceLater.nextResponse(200);
        assertThat(site.node(SECOND).server().sessions()).isZero();
        site.assertEnded();
    }

    @Test
    void aRequestWaitsForASessionThatIsBeingTakenOver() throws Exception {
        nodes.deployProxy();
        Call call = nodes.call();
        site.node(SECOND).member().busyFor(Duration.ofSeconds(2)); // with many others
        site.killAndNotice(FIRST);

        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite(), call.success(), 2));
        site.clock.advance(Duration.ofSeconds(1));
        assertThat(aliceLater.rest()).noneMatch(message -> message.toString().contains("481"));
        site.clock.advance(Duration.ofSeconds(1));

        bobLater.send(bobLater.answer(bobLater.nextRequest(Method.BYE), 200));
        assertThat(nextFinal(aliceLater).status()).isEqualTo(200);
        site.assertEnded();
    }

    @Test
    void aProxiedCallThatRingsIsAnsweredThroughTheSurvivor() throws Exception {
        nodes.deployProxy();
        Ringing call = nodes.ring();
        site.killAndNotice(FIRST);

        bobLater.send(recorded(bobLater, call.received(), 200));
        Response success = aliceLater.nextResponse(200);
        aliceLater.send(aliceLater.inDialog(Method.ACK, call.invite(), success, 1));
        bobLater.nextRequest(Method.ACK);

        nodes.hangUpLater(new Call(call.invite(), call.received(), success));
    }

    @Test
    void aProxiedCallThatRingsIsCancelledAtTheSurvivor() throws Exception {
        nodes.deployProxy();
        Ringing call = nodes.ring();
        site.killAndNotice(FIRST);

        aliceLater.send(Peer.cancel(call.invite()));
        aliceLater.nextResponse(200);
        Request cancel = bobLater.nextRequest(Method.CANCEL);
        bobLater.send(bobLater.answer(cancel, 200));
        bobLater.send(bobLater.answer(call.received(), 487));
        bobLater.nextRequest(Method.ACK);
        Response terminated = aliceLater.nextResponse(487);
        aliceLater.send(Peer.ack(call.invite(), terminated));

        assertThat(call.received().topBranch()).isEqualTo(cancel.topBranch());
        site.assertEnded();
    }

    @Test
    void aRetransmittedInviteThatTheSurvivorTakesOverIsNotForwardedAgain() throws Exception {
        nodes.deployProxy();
        Request invite = nodes.invite();
        Request received = bob.nextRequest(Method.INVITE);
        site.clock.advance(Duration.ofMillis(250));
        alice.nextResponse(100);
        site.killAndNotice(FIRST);
        int before = bobLater.rest().size();

        aliceLater.send(invite);
        assertThat(bobLater.rest().stream().skip(before)).allMatch(again -> again.toString()
                .contains(received.topBranch().orElseThrow()));
        bobLater.send(recorded(bobLater, received, 486));
        Response busy = nextFinal(aliceLater);
        assertThat(busy.status()).isEqualTo(486);
        aliceLater.send(Peer.ack(invite, busy));

        site.assertEnded();
    }

    @Test
    void aLate200ReachesTheCallerThroughANodeThatNeverSawTheCall() throws Exception {
        nodes.deployProxy();
        Call call = nodes.call();
        site.killAndNotice(FIRST);

        bobLater.send(recorded(bobLater, call.received(), 200)); // retransmitted: its ACK was lost
        aliceLater.nextResponse(200);

        nodes.hangUpLater(call);
    }
}
