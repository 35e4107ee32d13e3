// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.ManualClock;

class InlineTrialTest {
    private static final Duration FAST = Duration.ofMillis(1);
    private static final Duration SLOW = Duration.ofMillis(1).plusNanos(1);
    private static final Duration BLOCKED = Duration.ofMillis(10);

    private final ManualClock clock = new ManualClock();
    private long paused;
    private final CallbackMode mode = CallbackMode.proving("app", clock, nanos -> paused);
    private final Strand strand = clock.strands().create();

    @Test
    void startsOnWorkers() {
        assertThat(mode.isInline()).isFalse();
        assertThat(mode).hasToString("worker");
    }

    @Test
    void runsInlineAfterAThousandCallbacksWithinAMillisecond() {
        run(999, FAST);
        assertThat(mode.isInline()).isFalse();

        run(1, FAST);

        assertThat(mode.isInline()).isTrue();
        assertThat(mode).hasToString("inline");
    }

    @Test
    void countsFromZeroAgainAfterTooManySlowCallbacks() {
        run(900, FAST);
        run(50, SLOW);
        run(999, FAST);
        assertThat(mode.isInline()).isFalse();

        run(1, FAST);

        assertThat(mode.isInline()).isTrue();
    }

    @Test
    void isProvedWhenAFewWereSlow() {
        run(950, FAST);
        run(20, Duration.ofMillis(2));
        run(30, FAST);

        assertThat(mode.isInline()).isTrue();
    }

    @Test
    void isNotProvedWhileEachIsABitTooSlow() {
        run(5000, SLOW);

        assertThat(mode.isInline()).isFalse();
    }

    @Test
    void excludesGarbageCollections() {
        paused = Duration.ofMillis(5).toNanos();

        run(1000, Duration.ofMillis(6));

        assertThat(mode.isInline()).isTrue();
    }

    @Test
    void goesBackAfterThreeThatBlockWithinAMinute() {
        run(1000, FAST);

        run(2, Duration.ofSeconds(1)); // no longer than 10 ms counts
        assertThat(mode.isInline()).isTrue();
        run(1, Duration.ofSeconds(1));
        clock.advance(Duration.ofSeconds(10));
        assertThat(mode.isInline()).isTrue();
        run(1, BLOCKED);

        assertThat(mode.isInline()).isFalse();
    }

    @Test
    void goesBackSoonWhenEveryOneIsSlow() {
        run(1000, FAST);

        run(15, Duration.ofMillis(2));
        assertThat(mode.isInline()).isTrue();
        run(1, Duration.ofMillis(2));

        assertThat(mode.isInline()).isFalse();
    }

    @Test
    void staysInlineWhenTheThirdBlockedOneComesLater() {
        run(1000, FAST);

        for (int i = 0; i < 10; i++) {
            run(2, BLOCKED);
            clock.advance(Duration.ofSeconds(61));
        }

        assertThat(mode.isInline()).isTrue();
    }

    @Test
    void staysInlineWhenBlockedOnesAreRare() {
        run(1000, FAST);

        for (int i = 0; i < 10; i++) {
            run(1, BLOCKED);
            run(1100, Duration.ZERO);
        }

        assertThat(mode.isInline()).isTrue();
    }

    @Test
    void doublesTheTimeToTheNextTrial() {
        List<Long> periods = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            run(1000, FAST);
            assertThat(mode.isInline()).isTrue();
            run(4, BLOCKED);
            assertThat(mode.isInline()).isFalse();

            long waited = 0;
            run(1000, Duration.ZERO);
            while (!mode.isInline()) {
                clock.advance(Duration.ofSeconds(5));
                waited++;
                run(1000, Duration.ZERO);
            }
            periods.add(waited);
            run(4, BLOCKED);
            clock.advance(Duration.ofDays(1));
        }

        assertThat(periods).containsExactly(1L, 4L, 16L, 64L); // every second one of 1, 2, 4, …
    }

    @Test
    void neverMovesWhatIsFixed() {
        for (CallbackMode fixed : List.of(CallbackMode.inline(), CallbackMode.worker())) {
            boolean before = fixed.isInline();
            strand.mode(fixed);
            for (int i = 0; i < 1000; i++) {
                strand.callback(() -> {});
            }
            for (int i = 0; i < 3; i++) {
                strand.callback(() -> clock.advance(SLOW));
            }
            assertThat(fixed.isInline()).isEqualTo(before);
            assertThat(fixed.callbacks()).isEqualTo(1003);
            assertThat(fixed.nanos()).isEqualTo(3 * SLOW.toNanos());
        }
    }

    @Test
    void slowOnesOnWorkersDoNotMoveWhatRunsInline() {
        run(1000, FAST);

        strand.mode(mode);
        for (int i = 0; i < 100; i++) {
            strand.callback(() -> clock.advance(BLOCKED)); // not on a reader: after an answer of another node, say
        }
        assertThat(mode.isInline()).isTrue();

        run(4, BLOCKED);
        assertThat(mode.isInline()).isFalse();
    }

    private void run(int callbacks, Duration duration) {
        for (int i = 0; i < callbacks; i++) {
            clock.advance(duration);
            if (mode.isInline()) {
                mode.ranOnReader(duration.toNanos(), 0);
            } else {
                mode.ranOnWorker(duration.toNanos());
            }
        }
    }
}
