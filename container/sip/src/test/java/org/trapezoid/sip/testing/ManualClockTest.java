// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Timer;

class ManualClockTest {
    private final ManualClock clock = new ManualClock();
    private final Strand strand = clock.strands().create();
    private final List<String> events = new ArrayList<>();

    @Test
    void firesDueTimersInOrderAtTheirTimes() {
        schedule(30);
        schedule(10);
        schedule(20);
        schedule(20);

        clock.advance(Duration.ofMillis(25));

        assertThat(events).containsExactly("10 at 10", "20 at 20", "20 at 20");
        assertThat(clock.elapsed()).isEqualTo(Duration.ofMillis(25));
        assertThat(clock.pendingTimers()).isOne();
    }

    @Test
    void firesWhatAnExpirySchedulesWithinTheSameAdvance() {
        clock.schedule(strand, Duration.ofMillis(10), () -> schedule(10));

        clock.advance(Duration.ofMillis(20));

        assertThat(events).containsExactly("10 at 20");
    }

    @Test
    void runsTheCallbackOfAnExpiryAtTheTimeOfTheExpiry() {
        clock.schedule(strand, Duration.ofMillis(10), () -> strand.callback(() -> note("callback")));

        clock.advance(Duration.ofMillis(20));

        assertThat(events).containsExactly("callback at 10");
    }

    @Test
    void firesNothingThatWasCancelled() {
        Timer timer = clock.schedule(strand, Duration.ofMillis(10), () -> note("cancelled"));

        timer.cancel();
        clock.advance(Duration.ofMillis(20));

        assertThat(events).isEmpty();
        assertThat(timer.isPending()).isFalse();
    }

    @Test
    void movesWallTimeAndMonotonicTimeTogether() {
        Instant before = clock.instant();
        long nanos = clock.nanoTime();

        clock.advance(Duration.ofSeconds(5));

        assertThat(Duration.between(before, clock.instant())).isEqualTo(Duration.ofSeconds(5));
        assertThat(clock.nanoTime() - nanos).isEqualTo(5_000_000_000L);
    }

    private void schedule(long millis) {
        clock.schedule(strand, Duration.ofMillis(millis), () -> note("" + millis));
    }

    private void note(String what) {
        events.add(what + " at " + clock.elapsed().toMillis());
    }
}
