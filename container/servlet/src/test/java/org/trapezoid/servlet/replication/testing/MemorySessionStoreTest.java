// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.replication.SessionStore;
import org.trapezoid.servlet.replication.SessionStore.Found;
import org.trapezoid.sip.testing.ManualClock;

/** The store that simulations use. */
class MemorySessionStoreTest extends SessionStoreContract {
    private final ManualClock clock = new ManualClock();
    private final MemoryCluster cluster = new MemoryCluster(clock);
    private int joined;

    private record Joined(MemoryCluster cluster, MemoryNode node) implements Member {
        @Override
        public String incarnation() {
            return node.self();
        }

        @Override
        public SessionStore store() {
            return node;
        }

        @Override
        public boolean sees(String incarnation) {
            return cluster.isMember(incarnation);
        }

        @Override
        public void die() {
            node.die();
        }
    }

    @Override
    protected Joined join() {
        cluster.answersAfter(() -> Duration.ofMillis(2));
        return new Joined(cluster, cluster.join("node" + joined++));
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) throws Exception {
        return cluster.await(stage);
    }

    @Override
    protected void until(BooleanSupplier condition) {
        cluster.until(condition);
    }

    @Test
    void letsASaveArriveWhoseSenderDiesMeanwhileAndTellsNobody() throws Exception {
        Joined one = join();
        Joined two = join();
        CompletableFuture<Boolean> saved =
                one.store().save(snapshot("token", one, 1, "answered")).toCompletableFuture();
        one.die();

        clock.advance(Duration.ofSeconds(1));

        assertThat(saved).isNotDone();
        assertThat(await(two.store().claim("token"))).isInstanceOf(Found.Claimed.class);
    }

    @Test
    void dropsRefusesAndForgetsToAnswerAsTold() throws Exception {
        Joined one = join();
        cluster.onSave(snapshot -> MemoryCluster.Fate.LOST);
        assertFails(one.store().save(snapshot("token", one, 1, "lost")));
        assertThat(cluster.stored()).isEmpty();

        cluster.onSave(snapshot -> MemoryCluster.Fate.REFUSED);
        assertThat(await(one.store().save(snapshot("token", one, 1, "refused"))))
                .isFalse();
        assertThat(cluster.stored()).isEmpty();

        cluster.onSave(snapshot -> MemoryCluster.Fate.INDETERMINATE);
        assertFails(one.store().save(snapshot("token", one, 1, "stored")));
        assertThat(cluster.stored()).hasSize(1);
        assertThat(cluster.saves()).isEqualTo(3);
    }

    @Test
    void answersWithinTheCallWithoutDelay() {
        Joined one = join();
        cluster.answersAfter(() -> Duration.ZERO);

        assertThat(one.store().save(snapshot("token", one, 1, "answered")).toCompletableFuture())
                .isCompletedWithValue(true);
    }

    private void assertFails(CompletionStage<Boolean> stage) {
        clock.advance(Duration.ofMillis(2));
        assertThat(stage.toCompletableFuture()).isCompletedExceptionally();
    }
}
