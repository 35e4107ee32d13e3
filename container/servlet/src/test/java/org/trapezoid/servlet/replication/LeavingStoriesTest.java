// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.replication.TwoNodes.FIRST;
import static org.trapezoid.servlet.replication.TwoNodes.SECOND;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.servlet.dispatch.ServletLayer;
import org.trapezoid.servlet.replication.TwoNodes.Call;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.ScriptedServlet;
import org.trapezoid.sip.message.Method;

/** A node hands its sessions over and leaves, while their messages come. */
class LeavingStoriesTest {
    private static final Duration SOON = Duration.ofMillis(500);

    private final TwoNodes nodes = new TwoNodes();
    private final Site site = nodes.site;
    private final ScriptedServlet app = nodes.app;
    private final Peer alice = nodes.alice;
    private final Peer aliceElsewhere = nodes.aliceLater;
    private final Peer bobElsewhere = nodes.bobLater;
    private final ServletLayer leaving = site.node(FIRST).server().layer();

    @AfterEach
    void scriptsRanThrough() {
        app.assertUnharmed();
    }

    /** Bob hears of it from the heir. */
    private void hangsUp(Peer from, Call call) {
        from.send(from.inDialog(Method.BYE, call.invite(), call.success(), 3));
        site.clock.advance(SOON);
        bobElsewhere.send(bobElsewhere.answer(bobElsewhere.nextRequest(Method.BYE), 200));
        site.clock.advance(SOON);
        from.nextResponse(200);
        site.assertEnded();
    }

    /** It may not have heard yet that the first one leaves. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anotherNodeGoesOnWithWhatItWouldRelayToTheOneThatLeaves(boolean saidSo) throws Exception {
        nodes.deployB2bua();
        Call call = nodes.call();
        if (saidSo) {
            site.node(FIRST).member().sayGoodbye();
        }
        assertThat(leaving.handOver().toCompletableFuture().join()).isOne();

        hangsUp(aliceElsewhere, call);
    }

    @Test
    void whatComesToTheOneThatLeavesGoesToAnotherAndIsAnsweredTheWayItCame() throws Exception {
        nodes.deployB2bua();
        Call call = nodes.call();
        site.node(FIRST).member().sayGoodbye();
        assertThat(leaving.handOver().toCompletableFuture().join()).isOne();

        hangsUp(alice, call);
    }

    @Test
    void aSessionWhoseApplicationIsBeingCalledIsHandedOverAfterwards() throws Exception {
        CompletableFuture<Integer> handedOver = new CompletableFuture<>();
        app.on("INFO", request -> {
            var unused = leaving.handOver().thenAccept(handedOver::complete);
            assertThat(handedOver).isNotDone();
            request.createResponse(200).send();
        });
        nodes.deployB2bua();
        Call call = nodes.call();
        alice.send(alice.inDialog(Method.INFO, call.invite(), call.success(), 2));
        site.clock.advance(SOON);
        alice.nextResponse(200);

        assertThat(handedOver.join()).isOne();
        assertThat(site.node(FIRST).server().sessions()).isZero();
        site.node(FIRST).member().leave();
        hangsUp(aliceElsewhere, call);
    }

    @Test
    void aSessionWhoseApplicationIsCalledForTooLongIsLeftAsItWasAndSaysNothingMore() throws Exception {
        app.on("INFO", request -> {
            var unused = leaving.handOver();
            assertThat(leaving.abandon()).isOne();
            request.createResponse(200).send(); // in vain
        });
        nodes.deployB2bua();
        Call call = nodes.call();
        alice.send(alice.inDialog(Method.INFO, call.invite(), call.success(), 2));
        site.clock.advance(SOON);
        assertThat(alice.rest()).isEmpty();

        assertThat(site.node(FIRST).server().sessions()).isZero();
        assertThat(site.cluster.stored()).hasSize(1);
        site.node(FIRST).member().leave();
        site.clock.advance(SOON);
        assertThat(site.node(SECOND).server().sessions()).isOne();
        hangsUp(aliceElsewhere, call);
    }

    @Test
    void whatIsClaimedWhenItsHeirBeginsToLeaveIsLeftToTheOthers() throws Exception {
        nodes.deployB2bua();
        nodes.call();
        Site.Node heir = site.node(SECOND);
        heir.member().busyFor(Duration.ofSeconds(1)); // and has claimed the call before
        site.killAndNotice(FIRST);

        heir.member().sayGoodbye();
        assertThat(heir.server().layer().handOver().toCompletableFuture().join())
                .isZero();
        assertThat(heir.server().layer().abandon()).isZero();
        site.clock.advance(Duration.ofSeconds(1));

        assertThat(heir.server().sessions()).isZero();
        assertThat(site.cluster.stored()).singleElement().satisfies(session -> assertThat(session.owner())
                .isEqualTo(Snapshot.NOBODY));
    }

    /** Its repetition goes on at the heir. */
    @Test
    void whatPassesInsideACallIsForgottenWhenTheCallLeaves() throws Exception {
        nodes.deployProxy();
        Call call = nodes.call();
        site.clock.advance(Duration.ofSeconds(40)); // until no transaction is left
        assertThat(site.node(FIRST).server().transactions()).isZero();
        alice.send(alice.inDialog(Method.INVITE, call.invite(), call.success(), 2));
        nodes.bob.nextRequest(Method.INVITE);
        assertThat(site.node(FIRST).server().transactions()).isPositive();

        assertThat(leaving.handOver().toCompletableFuture().join()).isOne();

        assertThat(site.node(FIRST).server().transactions()).isZero();
    }
}
