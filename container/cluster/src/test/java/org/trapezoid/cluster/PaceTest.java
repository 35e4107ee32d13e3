// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Time passes when the test lets it. */
class PaceTest {
    private long now = 42;
    private final List<Duration> delays = new ArrayList<>();
    private final List<Runnable> delayed = new ArrayList<>();
    private final List<Long> ran = new ArrayList<>();
    private final Pace pace = new Pace(Duration.ofNanos(100), () -> now, (delay, task) -> {
        delays.add(delay);
        delayed.add(task);
    });

    private void run() {
        pace.run(() -> ran.add(now));
    }

    @Test
    void theFirstOneOfAWhileRunsAtOnce() {
        run();
        now += 100;
        run();

        assertThat(ran).containsExactly(42L, 142L);
        assertThat(delays).isEmpty();
    }

    @Test
    void theNextOneWaitsForTheBeat() {
        run();
        now += 30;
        run();

        assertThat(ran).containsExactly(42L);
        assertThat(delays).containsExactly(Duration.ofNanos(28));
        now += 33;
        delayed.get(0).run();
        assertThat(ran).containsExactly(42L, 105L);
    }

    @Test
    void theBeatDoesNotMoveWhenOneIsLate() {
        run();
        now += 57;
        run();
        now += 12; // it ran late
        delayed.get(0).run();
        now += 80;
        run();

        assertThat(delays).containsExactly(Duration.ofNanos(1), Duration.ofNanos(9));
    }

    @Test
    void thoseOfOneDistanceKeepOneBeat() {
        Pace other = new Pace(Duration.ofNanos(100), () -> now, (delay, task) -> delays.add(delay));
        run();
        now += 17;
        other.run(() -> {});
        now += 11;
        run();
        other.run(() -> {});

        assertThat(delays).containsExactly(Duration.ofNanos(30), Duration.ofNanos(30));
    }

    @Test
    void aClockMayBeginBelowZero() {
        now = -142;
        Pace early = new Pace(Duration.ofNanos(100), () -> now, (delay, task) -> delays.add(delay));
        early.run(() -> {});
        now += 41;
        early.run(() -> {});

        assertThat(delays).containsExactly(Duration.ofNanos(1));
    }
}
