// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class QueueWaitTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final Deque<Runnable> workers = new ArrayDeque<>();
    private long now;
    private final QueueWait wait = new QueueWait(Duration.ofMillis(100), workers::add, () -> now);

    private boolean looks(int times) {
        boolean tooLong = false;
        for (int i = 0; i < times; i++) {
            tooLong = wait.isTooLong();
        }
        return tooLong;
    }

    @Test
    void findsThatNoWorkerIsFree() {
        looks(1);
        now += 101 * MILLI;

        assertThat(looks(10)).isFalse(); // one late task proves nothing
        assertThat(looks(10)).isTrue();
        workers.remove().run();
        assertThat(looks(30)).isFalse();
    }

    @Test
    void asksTheWorkersOnlyNowAndThen() {
        for (int i = 0; i < 1000; i++) {
            looks(1);
            workers.forEach(Runnable::run);
            now += MILLI / 10;
        }

        assertThat(workers).hasSizeLessThanOrEqualTo(4); // in 100 ms
    }

    @Test
    void neverFindsAnythingWithoutALimit() {
        assertThat(QueueWait.UNLIMITED.isTooLong()).isFalse();
    }
}
