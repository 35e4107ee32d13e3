// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.trapezoid.servlet.replication.testing.MemoryCluster;
import org.trapezoid.servlet.replication.testing.MemoryNode;
import org.trapezoid.servlet.replication.testing.StoppedTimers;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionId;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.testing.ManualClock;

/** One session that is kept elsewhere, its cluster, and what it has sent. */
abstract class ReplicaFixture {
    static final Duration ANSWER = Duration.ofMillis(30);
    static final Duration SHORT = Duration.ofMillis(200);

    final ManualClock clock = new ManualClock();
    final StoppedTimers timers = new StoppedTimers(clock);
    final MemoryCluster cluster = new MemoryCluster(clock);
    final MemoryNode first = cluster.join("aaaaaaa");
    final MemoryNode second = cluster.join("bbbbbbb");
    final Replication replication = new Replication(
            first,
            first,
            first,
            new SessionTokens("aaaaaaa", new byte[32], new SplittableRandom(1)),
            timers,
            Replication.DEFAULT_WAIT);
    final Queue<Runnable> workers = new ArrayDeque<>();
    final Strand strand = new Strands(workers::add, clock).create();
    final List<String> sent = new ArrayList<>();
    Supplier<byte[]> state = () -> new byte[] {1};
    final AppSessionState session = session();

    final AppSessionState session() {
        strand.token(replication.freshToken());
        AppSessionState made = new AppSessionState(new SessionId("s"), "app", 1, Optional.empty(), strand, 0, false);
        replication.watch(clock.strands().create());
        replication.onLeft(AppSessionState::left);
        strand.run(() -> replication.begin(made, () -> state.get()));
        cluster.answersAfter(() -> ANSWER);
        return made;
    }

    void send(String message) {
        if (strand.isHolding()) {
            strand.hold(() -> sent.add(message));
        } else {
            sent.add(message);
        }
    }

    void sendProtected(String message) {
        strand.run(() -> {
            strand.protect();
            send(message);
        });
    }

    void store() {
        strand.run(session::changed);
        clock.advance(SHORT);
        assertThat(cluster.stored()).hasSize(1);
    }
}
