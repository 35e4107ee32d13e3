// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long FROM_BUFFER = 2_000;
    private static final long WAITED = 300_000;

    private long now;
    private final QueueWait wait = new QueueWait(Duration.ofMillis(100), Runnable::run, () -> now);
    private final Backlog backlog = wait.backlog();
    private final Backlog.Reads reads = backlog.reads();
    private final Deque<Long> probes = new ArrayDeque<>();

    /** One message each millisecond. */
    private void read(int messages, long duration) {
        for (int i = 0; i < messages; i++) {
            if (reads.isSampled() && reads.read(now, now + duration)) {
                probes.add(now + duration);
            }
            now += MILLI;
        }
    }

    private void answer() {
        backlog.returned(probes.remove(), now);
    }

    @Test
    void findsAProbeThatDoesNotComeBackInTime() {
        read(90, FROM_BUFFER);
        assertThat(wait.isTooLong()).isFalse();
        read(200, FROM_BUFFER);
        assertThat(wait.isTooLong()).isTrue();

        read(1, WAITED);

        assertThat(wait.isTooLong()).isFalse();
    }

    @Test
    void findsAProbeThatComesBackLate() {
        read(90, FROM_BUFFER);
        now += 101 * MILLI;
        answer();
        assertThat(wait.isTooLong()).isTrue();

        read(30, FROM_BUFFER);
        answer();

        assertThat(wait.isTooLong()).isFalse();
    }

    @Test
    void takesABufferThatIsNeverEmptyButSoonReadForNoBacklog() {
        int sent = 0;
        for (int i = 0; i < 500; i++) {
            read(20, FROM_BUFFER);
            while (!probes.isEmpty()) {
                sent++;
                answer();
            }
            assertThat(wait.isTooLong()).isFalse();
        }

        assertThat(sent).isBetween(100, 400); // at most one in 25 ms
    }

    @Test
    void sendsAnotherProbeForOneThatWasLost() {
        read(400, FROM_BUFFER);

        assertThat(probes).hasSizeBetween(2, 4);
    }

    @Test
    void takesFewMessagesAfterAPauseForNoBacklog() {
        read(8, FROM_BUFFER);
        now += 3000 * MILLI;

        read(30, FROM_BUFFER);

        assertThat(probes).isEmpty();
        assertThat(wait.isTooLong()).isFalse();
    }

    @Test
    void takesABufferThatIsEmptyAgainAndAgainForNoBacklog() {
        for (int i = 0; i < 50; i++) {
            read(15, FROM_BUFFER);
            read(8, WAITED);
        }

        assertThat(wait.isTooLong()).isFalse();
    }

    @Test
    void isForgottenWithItsSocket() {
        read(300, FROM_BUFFER);

        backlog.close();
        backlog.returned(0, now);

        assertThat(wait.isTooLong()).isFalse();
    }

    @Test
    void readsNoClockWithoutALimit() {
        assertThat(QueueWait.UNLIMITED.backlog().reads().isSampled()).isFalse();
    }
}
