// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.sip.testing.ManualClock;

class TimerWheelTest {
    private long now = -5_000_000_000L; // nanoTime may be negative
    private final TimerWheel wheel = new TimerWheel(new Readers(), () -> now);
    private final Strands strands = new ManualClock().strands();
    private final Strand owner = strands.create();
    private final List<String> fired = new ArrayList<>();

    @Test
    void firesInTheFirstTickAfterTheDelay() {
        wheel.schedule(owner, Duration.ofMillis(25), () -> fired.add("25"));

        turnTo(24);
        assertThat(fired).isEmpty();
        turnTo(29);
        assertThat(fired).isEmpty();
        turnTo(30);

        assertThat(fired).containsExactly("25");
        assertThat(wheel.size()).isZero();
    }

    @Test
    void neverFiresEarly() {
        Random random = new Random(42);
        List<Long> early = new ArrayList<>();
        AtomicInteger count = new AtomicInteger();
        for (int i = 0; i < 5000; i++) {
            long delay = random.nextInt(200_000_000);
            long due = now + delay;
            wheel.schedule(owner, Duration.ofNanos(delay), () -> {
                count.incrementAndGet();
                if (now < due || now - due > 2 * TimerWheel.TICK) {
                    early.add(now - due);
                }
            });
            now += random.nextInt(10_000_000);
            wheel.turn();
        }
        turnOften();

        assertThat(early).isEmpty();
        assertThat(count).hasValue(5000);
    }

    @Test
    void firesInTheCoreSectionOfItsOwner() {
        wheel.schedule(owner, Duration.ofMillis(10), () -> fired.add("held " + owner.isHeld()));

        turnTo(10);

        assertThat(fired).containsExactly("held true");
    }

    @Test
    void firesOnTheStrandItsOwnerMovedTo() {
        Strand[] at = {owner};
        Strand later = strands.create();
        wheel.schedule(() -> at[0], Duration.ofMillis(10), () -> fired.add("held " + later.isHeld()));
        at[0] = later;

        turnTo(10);

        assertThat(fired).containsExactly("held true");
    }

    @Test
    void firesNothingThatWasCancelled() {
        Timer timer = wheel.schedule(owner, Duration.ofMillis(10), () -> fired.add("cancelled"));
        assertThat(timer.isPending()).isTrue();

        timer.cancel();
        timer.cancel();
        turnTo(100);

        assertThat(timer.isPending()).isFalse();
        assertThat(fired).isEmpty();
        assertThat(wheel.size()).isZero();
    }

    @Test
    void firesNothingThatAnExpiryOfTheSameTickCancels() {
        Timer[] second = new Timer[1];
        wheel.schedule(owner, Duration.ofMillis(10), () -> second[0].cancel());
        second[0] = wheel.schedule(owner, Duration.ofMillis(10), () -> fired.add("cancelled"));

        turnTo(10);

        assertThat(fired).isEmpty();
        assertThat(wheel.size()).isZero();
    }

    @Test
    void keepsTheRestOfABucketWhenOneIsCancelled() {
        Timer[] timers = new Timer[5];
        for (int i = 0; i < timers.length; i++) {
            String name = "" + i;
            timers[i] = wheel.schedule(owner, Duration.ofMillis(10), () -> fired.add(name));
        }

        timers[0].cancel();
        timers[2].cancel();
        timers[4].cancel();
        turnTo(10);

        assertThat(fired).containsExactly("1", "3");
    }

    @Test
    void waitsSeveralRounds() {
        wheel.schedule(owner, Duration.ofMinutes(3), () -> fired.add("three minutes"));
        wheel.schedule(owner, Duration.ofMillis(180_000 - 2 * 40_960), () -> fired.add("same bucket"));

        turnTo(179_990);
        assertThat(fired).containsExactly("same bucket");
        turnTo(180_000);

        assertThat(fired).containsExactly("same bucket", "three minutes");
    }

    @Test
    void catchesUpAfterAStandstillOfMoreThanARound() {
        wheel.schedule(owner, Duration.ofMillis(20), () -> fired.add("20 ms"));
        wheel.schedule(owner, Duration.ofSeconds(60), () -> fired.add("60 s"));
        wheel.schedule(owner, Duration.ofSeconds(200), () -> fired.add("200 s"));

        now += Duration.ofSeconds(100).toNanos();
        wheel.turn();

        assertThat(fired).containsExactly("20 ms", "60 s");
        assertThat(wheel.size()).isOne();
    }

    @Test
    void firesAtTheNextTickWhatIsDueNow() {
        turnTo(10_000);
        wheel.schedule(owner, Duration.ZERO, () -> fired.add("zero"));
        wheel.schedule(owner, Duration.ofSeconds(-5), () -> fired.add("negative"));

        turnTo(10_010);

        assertThat(fired).containsExactly("zero", "negative");
    }

    @Test
    void takesDelaysBeyondAllTime() {
        Timer timer = wheel.schedule(owner, Duration.ofSeconds(Long.MAX_VALUE), () -> fired.add("never"));

        turnTo(100_000);

        assertThat(timer.isPending()).isTrue();
        assertThat(fired).isEmpty();
    }

    @Test
    void goesOnAfterAnExpiryThatThrows() {
        wheel.schedule(owner, Duration.ofMillis(10), () -> {
            throw new AssertionError("expiry");
        });
        wheel.schedule(owner, Duration.ofMillis(10), () -> fired.add("next"));

        turnTo(10);

        assertThat(fired).containsExactly("next");
    }

    @Test
    @Timeout(20)
    void turnsByItself() throws InterruptedException {
        try (TimerWheel turning = new TimerWheel(new Readers())) {
            for (int i = 0; i < 3; i++) { // from sleep, each time
                CountDownLatch expired = new CountDownLatch(1);
                long from = System.nanoTime();
                turning.schedule(owner, Duration.ofMillis(30), expired::countDown);

                assertThat(expired.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(System.nanoTime() - from).isGreaterThanOrEqualTo(30_000_000);
            }
        }
    }

    @Test
    @Timeout(60)
    void firesOrCancelsEachTimerUnderRealThreads() throws InterruptedException {
        int threads = 3;
        int timersEach = 20_000;
        AtomicInteger late = new AtomicInteger();
        AtomicInteger firedOrCancelled = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(threads);
        try (TimerWheel turning = new TimerWheel(new Readers())) {
            for (int t = 0; t < threads; t++) {
                Strand mine = new Strands(Runnable::run, turning).create();
                Random random = new Random(t);
                Threads.platform("timers-" + t, () -> {
                            for (int i = 0; i < timersEach; i++) {
                                scheduleAndMaybeCancel(turning, mine, random, late, firedOrCancelled);
                            }
                            done.countDown();
                        })
                        .start();
            }
            assertThat(done.await(50, TimeUnit.SECONDS)).isTrue();
            Awaitility.await().until(() -> firedOrCancelled.get() == threads * timersEach);

            assertThat(late).hasValue(0);
            assertThat(turning.size()).isZero();
        }
    }

    private static void scheduleAndMaybeCancel(
            TimerWheel turning, Strand mine, Random random, AtomicInteger late, AtomicInteger settled) {
        boolean[] cancelled = {false};
        Timer timer = turning.schedule(mine, Duration.ofNanos(random.nextInt(30_000_000)), () -> {
            if (cancelled[0]) {
                late.incrementAndGet();
            }
            settled.incrementAndGet();
        });
        if (random.nextBoolean()) {
            mine.run(() -> {
                if (timer.isPending()) {
                    timer.cancel();
                    cancelled[0] = true;
                    settled.incrementAndGet();
                }
            });
        }
    }

    private void turnTo(long millis) {
        long target = -5_000_000_000L + Duration.ofMillis(millis).toNanos();
        while (now < target) {
            now = Math.min(target, now + TimerWheel.TICK);
            wheel.turn();
        }
    }

    private void turnOften() {
        for (int i = 0; i < 30; i++) {
            now += TimerWheel.TICK;
            wheel.turn();
        }
    }
}
