// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.replication.SessionKeys;
import org.trapezoid.sip.testing.ManualClock;

/** The keys that simulations use. */
class MemorySessionKeysTest extends SessionKeysContract {
    private final ManualClock clock = new ManualClock();
    private final MemoryCluster cluster = new MemoryCluster(clock);
    private int joined;

    private record Joined(MemoryNode node) implements Member {
        @Override
        public SessionKeys keys() {
            return node;
        }

        @Override
        public void die() {
            node.die();
        }
    }

    @Override
    protected Joined join() {
        cluster.answersAfter(() -> Duration.ofMillis(2));
        return new Joined(cluster.join("node" + joined++));
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
    void givesNoneWhenTold() {
        Joined one = join();
        cluster.refuseKeys(true);

        CompletableFuture<String> given = one.keys().give("key", "alpha", "").toCompletableFuture();
        clock.advance(Duration.ofMillis(2));

        assertThat(given).isCompletedExceptionally();
    }
}
