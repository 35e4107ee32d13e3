// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ThreadsTest {

    @Test
    void usesVirtualThreadsWhereTheReleaseHasThem() throws Exception {
        try (Workers workers = Threads.workers("worker", 2)) {
            String name = workers.submit(() -> Thread.currentThread().getName()).get(10, TimeUnit.SECONDS);

            assertThat(workers.isVirtual()).isEqualTo(Runtime.version().feature() >= 21);
            assertThat(name).isEqualTo("worker-1");
        }
    }

    @Test
    void growsToItsBoundBeforeTasksQueueUpAndRunsThemAll() throws InterruptedException {
        ExecutorService pool = Threads.pool("pool", 3);
        CountDownLatch atBound = new CountDownLatch(3);
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch done = new CountDownLatch(50);
        Set<String> names = ConcurrentHashMap.newKeySet();
        for (int i = 0; i < 50; i++) {
            pool.execute(() -> {
                names.add(Thread.currentThread().getName());
                atBound.countDown();
                awaitQuietly(release);
                done.countDown();
            });
        }

        assertThat(atBound.await(10, TimeUnit.SECONDS)).isTrue();
        release.countDown();
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(names).containsExactlyInAnyOrder("pool-1", "pool-2", "pool-3");
        pool.shutdownNow();
    }

    @Test
    void usesAnIdleThreadAgain() throws Exception {
        ExecutorService pool = Threads.pool("pool", 3);
        Thread first = pool.submit(Thread::currentThread).get(10, TimeUnit.SECONDS);
        Awaitility.await().until(() -> first.getState() == Thread.State.WAITING);

        Thread second = pool.submit(Thread::currentThread).get(10, TimeUnit.SECONDS);

        assertThat(second).isSameAs(first);
        assertThat(first.isDaemon()).isTrue();
        pool.shutdownNow();
    }

    @Test
    void refusesTasksOnceShutDown() {
        Workers workers = Threads.workers("worker", 2);
        workers.close();

        assertThatThrownBy(() -> workers.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(workers.isShutdown()).isTrue();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
