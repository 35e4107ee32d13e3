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

/** What a node may send: not before others can go on with the session, and nothing when another one does. */
class OutboxStoriesTest {
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
    void whatMakesADialogWaitsForItsBackup() throws Exception {
        nodes.deployProxy();
        site.cluster.answersAfter(() -> Duration.ofMillis(30));
        nodes.invite();
        Request received = bob.nextRequest(Method.INVITE);

        bob.send(recorded(bob, received, 180));
        site.clock.advance(Duration.ofMillis(29));
        assertThat(alice.rest()).isEmpty();
        site.clock.advance(Duration.ofMillis(40));

        alice.nextResponse(180);
        assertThat(site.node(FIRST).replication().unprotected()).isZero();
    }

    @Test
    void itWaitsNoLongerThanHalfASecond() throws Exception {
        nodes.deployProxy();
        site.cluster.answersAfter(() -> Duration.ofSeconds(20));
        nodes.invite();
        Request received = bob.nextRequest(Method.INVITE);

        bob.send(recorded(bob, received, 180));
        bob.send(recorded(bob, received, 200));
        site.clock.advance(Duration.ofMillis(499));
        assertThat(alice.rest()).isEmpty();
        site.clock.advance(Duration.ofMillis(1));

        alice.nextResponse(180); // in their order
        alice.nextResponse(200);
        assertThat(site.node(FIRST).replication().unprotected()).isEqualTo(2);
    }

    @Test
    void aNodeThatDoubtsAsksBeforeItSends() throws Exception {
        nodes.deployProxy();
        Call call = nodes.call();
        site.cluster.answersAfter(() -> Duration.ofMillis(30));
        site.node(FIRST).member().doubt();

        alice.send(alice.inDialog(Method.INFO, call.invite(), call.success(), 2));
        assertThat(bob.rest()).isEmpty();
        site.clock.advance(Duration.ofMillis(60));

        bob.send(bob.answer(bob.nextRequest(Method.INFO), 200));
        alice.nextResponse(200);
    }

    @Test
    void sessionsAreHandedOverInGoodOrder() throws Exception {
        nodes.deployB2bua();
        Call call = nodes.call();

        assertThat(site.node(FIRST)
                        .server()
                        .layer()
                        .handOver()
                        .toCompletableFuture()
                        .join())
                .isEqualTo(1);
        assertThat(site.node(FIRST).server().sessions()).isZero();
        site.node(FIRST).member().leave();
        site.clock.advance(Duration.ofMillis(1));

        aliceLater.send(aliceLater.inDialog(Method.BYE, call.invite(), call.success(), 2));
        bobLater.send(bobLater.answer(bobLater.nextRequest(Method.BYE), 200));
        aliceLater.nextResponse(200);
        site.assertEnded();
    }

    @Test
    void aNodeThatWasTakenForDeadSendsNothingMoreForWhatAnotherOneHas() throws Exception {
        nodes.deployB2bua();
        Call call = nodes.call();
        Site.Node first = site.node(FIRST);
        nodes.missFirst();
        int before = bob.rest().size();

        alice.send(alice.inDialog(Method.BYE, call.invite(), call.success(), 2)); // still reaches it
        site.clock.advance(Duration.ofSeconds(1));

        assertThat(bob.rest()).hasSize(before);
        assertThat(first.server().sessions()).isZero();
        assertThat(first.replication().refused()).isEqualTo(1);
        assertThat(site.node(SECOND).server().sessions()).isEqualTo(1);
    }

    @Test
    void aNodeThatWasTakenForDeadForgetsWhatItHasNothingToSendFor() throws Exception {
        nodes.deployB2bua();
        nodes.call();
        Site.Node first = site.node(FIRST);
        nodes.missFirst();

        site.clock.advance(Duration.ofSeconds(5));

        assertThat(first.server().sessions()).isZero();
        assertThat(site.node(SECOND).server().sessions()).isEqualTo(1);
    }

    /** Bob's phone rings, then the first node is taken for dead, and asks. */
    private Ringing ringThenMiss() {
        Ringing call = nodes.ring();
        nodes.missFirst();
        alice.send(call.invite()); // repeated: it makes the node ask
        site.clock.advance(Duration.ofMillis(20));
        Site.Node first = site.node(FIRST);
        assertThat(first.replication().refused()).isEqualTo(1);
        assertThat(first.server().transactions()).isZero();
        return call;
    }

    @Test
    void aProxyThatWasTakenForDeadGivesToTheOtherWhatComesForItsCalls() throws Exception {
        nodes.deployProxy();
        Ringing call = ringThenMiss();

        bob.send(recorded(bob, call.received(), 200)); // to the address in our Via
        site.clock.advance(Duration.ofMillis(20));
        Response success = nextFinal(aliceLater);
        assertThat(success.status()).isEqualTo(200);
        aliceLater.send(aliceLater.inDialog(Method.ACK, call.invite(), success, 1));
        bobLater.nextRequest(Method.ACK);

        nodes.hangUpLater(new Call(call.invite(), call.received(), success));
    }

    @Test
    void anAgentThatWasTakenForDeadGivesToTheOtherWhatComesForItsCalls() throws Exception {
        nodes.deployB2bua();
        Ringing call = ringThenMiss();

        alice.send(Peer.cancel(call.invite()));
        site.clock.advance(Duration.ofMillis(20));

        assertThat(nextFinal(alice).status()).isEqualTo(200);
        bobLater.nextRequest(Method.CANCEL);
    }
}
