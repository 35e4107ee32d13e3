// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Whether work waits too long for a thread: messages in the buffer of a socket, callbacks for a worker. Thread-safe. One
 * slow moment is not enough: a pause of the garbage collector or a busy processor delays a few messages, an overload many.
 */
public final class QueueWait {
    /** Never finds anything too long. */
    public static final QueueWait UNLIMITED = new QueueWait(Duration.ZERO, Runnable::run, () -> 0);

    private static final int LEAST_LOOKS = 16;
    private static final int PROBES_PER_WAIT = 4;

    private final long longest;
    private final Executor workers;
    private final LongSupplier nanoTime;
    private final AtomicInteger lateSockets = new AtomicInteger();
    private final AtomicBoolean probing = new AtomicBoolean();
    private final AtomicInteger looks = new AtomicInteger(); // while the present probe waits for a worker
    private volatile long probedAt;

    /** @param longest more than this is too long; zero: nothing is */
    public QueueWait(Duration longest, Executor workers, LongSupplier nanoTime) {
        this.longest = longest.toNanos();
        this.workers = workers;
        this.nanoTime = nanoTime;
        this.probedAt = nanoTime.getAsLong() - this.longest;
    }

    /** Asked for each piece of work that could be refused. */
    public boolean isTooLong() {
        return longest > 0 && (lateSockets.get() > 0 || waitsForWorker());
    }

    /** Now and then an empty task goes through the workers: it waits as long as a callback would. */
    private boolean waitsForWorker() {
        long waited = nanoTime.getAsLong() - probedAt;
        if (probing.get()) {
            return looks.incrementAndGet() > LEAST_LOOKS && waited > longest;
        }
        if (waited * PROBES_PER_WAIT >= longest && probing.compareAndSet(false, true)) {
            probe();
        }
        return false;
    }

    private void probe() {
        probedAt = nanoTime.getAsLong();
        looks.set(0);
        try {
            workers.execute(() -> probing.set(false));
        } catch (RejectedExecutionException stopped) {
            probing.set(false);
        }
    }

    /** The buffer of a socket. */
    public Backlog backlog() {
        return new Backlog(this, longest);
    }

    void lateSocket(int change) {
        lateSockets.addAndGet(change);
    }
}
