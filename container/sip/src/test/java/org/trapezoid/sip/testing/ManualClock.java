// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.Timers;

/** Time that moves only when told, and strands without threads. Confined to the thread of the test. */
public final class ManualClock implements Timers, InstantSource {
    private static final Duration LONGEST = Duration.ofDays(365L * 70);
    private static final int MANY = 64;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final PriorityQueue<ManualTimer> timers = new PriorityQueue<>();
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final Strands strands = new Strands(this::runInTurn, this);
    private final Strand pauses = strands.create();
    private final Fibers fibers = new Fibers();
    private Executor callbacks = Runnable::run;
    private long now;
    private long scheduled;
    private boolean running;
    private int cancelled; // of those in the queue

    /** Moves time on; due timers fire in order, each at its own time. */
    public void advance(Duration duration) {
        long target = now + duration.toNanos();
        ManualTimer due;
        while ((due = timers.peek()) != null && due.at <= target) {
            timers.poll();
            if (!due.pending) {
                cancelled--;
                continue;
            }
            now = Math.max(now, due.at);
            Strand.run(due.owner, due);
        }
        now = Math.max(now, target);
    }

    /** Strands whose callbacks run on this thread right after the core section, one after another. */
    public Strands strands() {
        return strands;
    }

    /**
     * From now on a callback may {@link #pause}, as one that blocks does: others run meanwhile. There is still one at a time that
     * does something, so a run is the same each time.
     */
    public void letCallbacksPause() {
        callbacks = fibers::run;
    }

    /** Called by a callback: the time comes back to it so much later. */
    public void pause(Duration duration) {
        Fibers.Fiber fiber = Fibers.current();
        schedule(pauses, duration, () -> Strand.post(() -> inTurn(fiber::resume)));
        fiber.pause();
    }

    /** Timers that have neither fired nor been cancelled. */
    public int pendingTimers() {
        return timers.size() - cancelled;
    }

    /** Time since the clock was made. */
    public Duration elapsed() {
        return Duration.ofNanos(now);
    }

    @Override
    public Timer schedule(Stranded owner, Duration delay, Runnable onExpiry) {
        long nanos = delay.compareTo(LONGEST) < 0 ? Math.max(0, delay.toNanos()) : LONGEST.toNanos();
        ManualTimer timer = new ManualTimer(owner, now + nanos, scheduled++, onExpiry);
        timers.add(timer);
        return timer;
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Instant instant() {
        return START.plusNanos(now);
    }

    private void runInTurn(Runnable task) {
        inTurn(() -> callbacks.execute(task));
    }

    private void inTurn(Runnable task) {
        tasks.add(task);
        if (running) {
            return; // no nesting of callbacks
        }
        running = true;
        try {
            Runnable next;
            while ((next = tasks.poll()) != null) {
                next.run();
            }
        } finally {
            running = false;
        }
    }

    private final class ManualTimer extends Timer implements Runnable, Comparable<ManualTimer> {
        private final Stranded owner;
        private final long at;
        private final long order;
        private final Runnable onExpiry;
        private boolean pending = true;

        ManualTimer(Stranded owner, long at, long order, Runnable onExpiry) {
            this.owner = owner;
            this.at = at;
            this.order = order;
            this.onExpiry = onExpiry;
        }

        @Override
        public void cancel() {
            if (pending) {
                pending = false;
                cancelled++;
                if (cancelled > MANY && cancelled > timers.size() / 2) {
                    timers.removeIf(timer -> !timer.pending);
                    cancelled = 0;
                }
            }
        }

        @Override
        public boolean isPending() {
            return pending;
        }

        @Override
        public void run() {
            if (pending) {
                pending = false;
                onExpiry.run();
            }
        }

        @Override
        public int compareTo(ManualTimer other) {
            return at == other.at ? Long.compare(order, other.order) : Long.compare(at, other.at);
        }
    }
}
