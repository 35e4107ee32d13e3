// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How long messages wait in the buffer of a socket. How long one waited cannot be asked, so while the buffer is not empty its
 * readers send the socket a message of their own now and then, which waits as long as any other. Thread-safe.
 */
public final class Backlog implements AutoCloseable {
    private static final int SAMPLED = 8; // a reader looks at the clock for one of so many messages
    private static final int LEAST_SAMPLES = 8;
    private static final long EMPTY = 20_000; // nanoseconds of a read that had to wait
    private static final int PROBES_PER_WAIT = 4;
    private static final long NONE = Long.MIN_VALUE;

    private final QueueWait queueWait;
    private final long longest;
    private final AtomicLong unanswered =
            new AtomicLong(NONE); // when the first probe was sent that did not come back yet
    private volatile long probedAt = NONE;
    private final ReentrantLock changing = new ReentrantLock(); // guards closed, and changes of late
    private volatile boolean late;
    private boolean closed;

    Backlog(QueueWait queueWait, long longest) {
        this.queueWait = queueWait;
        this.longest = longest;
    }

    /** A probe came back. */
    public void returned(long sentAt, long now) {
        unanswered.set(NONE);
        late(now - sentAt > longest);
    }

    /** The socket is gone. */
    @Override
    public void close() {
        changing.lock();
        try {
            late(false);
            closed = true;
        } finally {
            changing.unlock();
        }
    }

    /** The view of one thread that reads the socket. */
    public Reads reads() {
        return new Reads();
    }

    private boolean isDue(long now) {
        long first = unanswered.get();
        if (first != NONE && now - first > longest) {
            late(true); // it waits, or the buffer was full
        }
        long last = probedAt;
        if (last != NONE && now - last < longest / (first == NONE ? PROBES_PER_WAIT : 1)) {
            return false;
        }
        probedAt = now;
        unanswered.compareAndSet(NONE, now);
        return true;
    }

    private void empty() {
        if (late || unanswered.get() != NONE) {
            unanswered.set(NONE);
            late(false);
        }
    }

    private void late(boolean now) {
        if (now == late) {
            return;
        }
        changing.lock();
        try {
            if (now != late && !closed) {
                late = now;
                queueWait.lateSocket(now ? 1 : -1);
            }
        } finally {
            changing.unlock();
        }
    }

    /** The reads of one thread. Confined to it. */
    public final class Reads {
        private int reads;
        private int samples;
        private long busySince;

        private Reads() {}

        /** Whether the next read is to be timed. */
        public boolean isSampled() {
            return longest > 0 && (late || (++reads & SAMPLED - 1) == 0);
        }

        /** A timed read. Returns whether a probe is to be sent now, with {@code after} in it. */
        public boolean read(long before, long after) {
            if (after - before > EMPTY) {
                samples = 0;
                empty();
                return false;
            }
            if (samples++ == 0) {
                busySince = after;
            }
            return samples > LEAST_SAMPLES && after - busySince > longest / PROBES_PER_WAIT && isDue(after);
        }
    }
}
