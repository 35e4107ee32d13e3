// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TimeLimitTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private long processorNanos;
    private int readings;
    private final TimeLimit limit = new TimeLimit(() -> processorNanos);

    /** Takes so many milliseconds, one after the other. */
    private Runnable taking(Integer... milliseconds) {
        Iterator<Integer> each = List.of(milliseconds).iterator();
        return () -> {
            readings++;
            processorNanos += TimeUnit.MILLISECONDS.toNanos(each.next());
        };
    }

    @Test
    void anInputThatIsSlowThreeTimesFails() {
        assertThatThrownBy(() -> limit.check("PARSER on <x>", taking(101, 500, 101)))
                .isInstanceOf(AssertionError.class)
                .hasMessage("PARSER on <x> took 101 ms for 1 readings");
    }

    @Test
    void whatIsSlowOnceOrTwiceDoesNot() {
        limit.check("parser", taking(5000, 5000, 100));

        assertThat(readings).isEqualTo(3);
    }

    @Test
    void whatIsFastIsReadOnce() {
        limit.check("parser", taking(100));

        assertThat(readings).isEqualTo(1);
    }

    @Test
    void whoReadsSeveralTimesMayTakeLonger() {
        limit.check("framer", 8, taking(800));

        assertThat(readings).isEqualTo(1);
    }

    @Test
    void aLoopThatKeepsTheProcessorIsFound() {
        TimeLimit real = new TimeLimit();

        assertThatThrownBy(() -> real.check("parser", () -> keepsTheProcessor(TimeLimit.LONGEST_NANOS + 1)))
                .isInstanceOf(AssertionError.class)
                .hasMessageStartingWith("parser took 1");
        assertThatCode(() -> real.check("parser", () -> keepsTheProcessor(1))).doesNotThrowAnyException();
    }

    private static void keepsTheProcessor(long nanos) {
        long end = THREADS.getCurrentThreadCpuTime() + nanos;
        while (THREADS.getCurrentThreadCpuTime() < end) {
            Thread.onSpinWait();
        }
    }
}
