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
    private static final long FROM_BUFFER = 2_000;
    private static final long WAITED = 300_000;

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

    private void reads(QueueWait.Backlog backlog, int messages, long duration) {
        for (int i = 0; i < messages; i++) {
            if (backlog.isSampled()) {
                backlog.read(now, now + duration);
            }
            now += MILLI;
        }
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
    void findsABufferThatWasNotEmptyForLong() {
        QueueWait.Backlog backlog = wait.backlog();

        reads(backlog, 90, FROM_BUFFER);
        assertThat(wait.isTooLong()).isFalse();
        reads(backlog, 40, FROM_BUFFER);
        assertThat(wait.isTooLong()).isTrue();
        reads(backlog, 1, WAITED);

        assertThat(wait.isTooLong()).isFalse();
    }

    @Test
    void takesFewMessagesAfterAPauseForNoBacklog() {
        QueueWait.Backlog backlog = wait.backlog();
        reads(backlog, 8, FROM_BUFFER);
        now += 3000 * MILLI;

        reads(backlog, 30, FROM_BUFFER);

        assertThat(wait.isTooLong()).isFalse();
    }

    @Test
    void takesABufferThatIsEmptyAgainAndAgainForNoBacklog() {
        QueueWait.Backlog backlog = wait.backlog();

        for (int i = 0; i < 50; i++) {
            reads(backlog, 15, FROM_BUFFER);
            reads(backlog, 8, WAITED);
        }

        assertThat(wait.isTooLong()).isFalse();
    }

    @Test
    void forgetsAReaderThatEnds() {
        QueueWait.Backlog backlog = wait.backlog();
        reads(backlog, 200, FROM_BUFFER);

        backlog.close();

        assertThat(wait.isTooLong()).isFalse();
    }

    @Test
    void neverFindsAnythingWithoutALimit() {
        QueueWait.Backlog backlog = QueueWait.UNLIMITED.backlog();

        assertThat(backlog.isSampled()).isFalse();
        assertThat(QueueWait.UNLIMITED.isTooLong()).isFalse();
    }
}
