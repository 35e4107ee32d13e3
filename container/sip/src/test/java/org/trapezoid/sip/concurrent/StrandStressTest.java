// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readers and foreign threads, inline and worker strands, moves and posts between them, for about a second. */
@Timeout(60)
class StrandStressTest {
    private static final int CALLS = 16;
    private static final int THREADS = 4;
    private static final long NANOS = TimeUnit.MILLISECONDS.toNanos(1000);

    private final Readers readers = new Readers();
    private final TimerWheel wheel = new TimerWheel(readers);
    private final Workers workers = Threads.workers("worker", 8);
    private final Strands strands = new Strands(workers, wheel);
    private final AtomicInteger faults = new AtomicInteger();
    private final Call[] calls = new Call[CALLS];

    @AfterEach
    void stop() {
        wheel.close();
        workers.close();
    }

    @Test
    void keepsExclusionAndOrder() throws InterruptedException {
        Arrays.setAll(calls, Call::new);
        CountDownLatch done = new CountDownLatch(THREADS);
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(t);
            boolean reads = t % 2 == 0;
            Threads.platform("driver-" + t, () -> {
                        drive(random, reads);
                        done.countDown();
                    })
                    .start();
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        Awaitility.await().until(() -> Arrays.stream(calls).allMatch(Call::isSettled));

        assertThat(faults).hasValue(0);
        assertThat(Arrays.stream(calls).mapToLong(Call::events).sum()).isGreaterThan(1000);
    }

    private void drive(Random random, boolean reads) {
        if (!reads) {
            driveFor(random);
            return;
        }
        Reader reader = readers.enter(() -> {});
        driveFor(random);
        reader.close();
    }

    private void driveFor(Random random) {
        long end = System.nanoTime() + NANOS;
        while (System.nanoTime() - end < 0) {
            calls[random.nextInt(CALLS)].event(calls[random.nextInt(CALLS)]);
        }
    }

    /** A session with an owner that may move once between two strands. */
    private final class Call implements Stranded {
        private final Strand first = strands.create();
        private final Strand second = strands.create();
        private final AtomicInteger inside = new AtomicInteger();
        private final AtomicInteger inCallback = new AtomicInteger();
        private volatile Strand strand = first;
        private long events; // plain: the core section makes them visible
        private long taken; // numbers given to callbacks
        private long ran; // number of the last callback that ran

        Call(int index) {
            second.mode(index % 2 == 0 ? CallbackMode.inline() : CallbackMode.proving("app" + index, wheel));
        }

        @Override
        public Strand strand() {
            return strand;
        }

        void event(Call peer) {
            Strand.run(this, () -> {
                enter();
                if (strand == first) {
                    inside.decrementAndGet();
                    strand = second; // from here on the others may be in it
                    return;
                }
                if (second.callback(callback(taken, peer))) {
                    taken++;
                }
                if (events % 7 == 0 && peer != this) {
                    Strand.run(peer, peer::posted);
                }
                inside.decrementAndGet();
            });
        }

        private void posted() {
            enter();
            inside.decrementAndGet();
        }

        private void enter() {
            if (inside.incrementAndGet() != 1 || !strand.isHeld()) {
                faults.incrementAndGet();
            }
            events++;
        }

        private Runnable callback(long number, Call peer) {
            return () -> {
                if (inCallback.incrementAndGet() != 1 || ran != number || second.isHeld()) {
                    faults.incrementAndGet();
                }
                ran = number + 1;
                Strand.run(this, this::posted); // a facade call
                if (number % 5 == 0) {
                    Strand.run(peer, peer::posted);
                }
                inCallback.decrementAndGet();
            };
        }

        boolean isSettled() {
            return second.call(() -> ran == taken) && inCallback.get() == 0;
        }

        long events() {
            return Strand.call(this, () -> events);
        }
    }
}
