// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.sip.testing.ManualClock;

@Timeout(30)
class PostedInOrderTest {
    private final PostedInOrder posted = new PostedInOrder();
    private final Strand strand = new ManualClock().strands().create();
    private final List<Integer> events = new ArrayList<>();

    @Test
    void runsTasksWhenTheCoreSectionIsLeft() {
        strand.run(() -> {
            posted.execute(() -> events.add(strand.isHeld() ? -1 : 1));
            events.add(0);
        });

        assertThat(events).containsExactly(0, 1);
    }

    @Test
    void runsWhatATaskPostsAfterIt() {
        posted.execute(() -> {
            posted.execute(() -> events.add(2));
            events.add(1);
        });

        assertThat(events).containsExactly(1, 2);
    }

    @Test
    void goesOnAfterATaskThatThrows() {
        posted.execute(() -> {
            throw new IllegalStateException("task");
        });
        posted.execute(() -> events.add(1));

        assertThat(events).containsExactly(1);
    }

    @Test
    void keepsTheOrderOfTheCoreSectionsThatPost() throws Exception {
        int[] next = {0};
        ExecutorService pool = Threads.pool("poster", 3);
        List<Future<?>> posters = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            posters.add(pool.submit(() -> {
                for (int i = 0; i < 20_000; i++) {
                    strand.run(() -> {
                        int number = next[0]++;
                        posted.execute(() -> events.add(number));
                    });
                }
            }));
        }
        for (Future<?> poster : posters) {
            poster.get(20, TimeUnit.SECONDS);
        }
        pool.shutdownNow();

        assertThat(events).isEqualTo(IntStream.range(0, 60_000).boxed().toList());
    }
}
