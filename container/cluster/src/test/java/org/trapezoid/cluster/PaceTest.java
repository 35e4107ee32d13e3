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
    void theNextOneWaitsForWhatIsMissing() {
        run();
        now += 30;
        run();

        assertThat(ran).containsExactly(42L);
        assertThat(delays).containsExactly(Duration.ofNanos(70));
        now += 75;
        delayed.get(0).run();
        assertThat(ran).containsExactly(42L, 147L);
    }

    @Test
    void theDistanceIsThatOfBeginnings() {
        run();
        now += 99;
        run();
        now += 11; // it ran late
        delayed.get(0).run();
        now += 99;
        run();

        assertThat(delays).containsExactly(Duration.ofNanos(1), Duration.ofNanos(1));
    }
}
