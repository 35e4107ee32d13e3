// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hashed timer wheel with a tick of 10 ms: a timer fires in the first tick after its delay, never early. Thread-safe.
 *
 * <p>One daemon thread turns it, runs expiries in the core sections of their owners, and looks after the readers.
 */
public final class TimerWheel implements Timers, AutoCloseable {
    static final long TICK = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Logger log = LoggerFactory.getLogger(TimerWheel.class);
    private static final int BUCKETS = 4096; // a round of 41 s: the timers of a transaction need only one
    private static final int STRIPES = 64;
    private static final long IDLE_LOOK = 5 * TICK; // with no timer pending, readers are looked after less often
    private static final long LONGEST = TimeUnit.DAYS.toNanos(365L * 70);

    private final Readers readers;
    private final LongSupplier time;
    private final long origin;
    private final Node[] heads = new Node[BUCKETS];
    private final Node[] tails = new Node[BUCKETS];
    /** Each guards every 64th bucket: its list and the links of the nodes in it. */
    private final ReentrantLock[] stripes = new ReentrantLock[STRIPES];

    private final AtomicInteger size = new AtomicInteger();
    private final Thread thread = Threads.platform("trapezoid-timer", this::run);
    private volatile long current; // the last tick whose bucket was or is being emptied
    private volatile boolean asleep;
    private volatile boolean closed;

    /** A wheel that turns by itself. */
    public TimerWheel(Readers readers) {
        this(readers, System::nanoTime);
        thread.start();
    }

    /** A wheel that somebody turns. */
    TimerWheel(Readers readers, LongSupplier time) {
        this.readers = readers;
        this.time = time;
        this.origin = time.getAsLong();
        Arrays.setAll(stripes, i -> new ReentrantLock());
    }

    @Override
    public long nanoTime() {
        return time.getAsLong();
    }

    @Override
    public Timer schedule(Stranded owner, Duration delay, Runnable onExpiry) {
        Node node = new Node(owner, onExpiry);
        size.incrementAndGet(); // before the tick is chosen, so that an idle wheel cannot jump past it unseen
        long due = (elapsed() + nanos(delay) + TICK - 1) / TICK;
        while (!link(node, Math.max(due, current + 1))) {
            // the wheel reached that tick meanwhile
        }
        if (asleep) {
            LockSupport.unpark(thread);
        }
        return node;
    }

    /** Pending timers. */
    public int size() {
        return size.get();
    }

    /** How long ago the wheel turned last, in nanoseconds: a few ticks, unless its thread is stuck or has no processor. */
    public long sinceTurn() {
        return elapsed() - current * TICK;
    }

    /** Stops the thread; pending timers do not fire. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
    }

    private long elapsed() {
        return time.getAsLong() - origin;
    }

    private static long nanos(Duration delay) {
        if (delay.isNegative()) {
            return 0;
        }
        return delay.toSeconds() >= TimeUnit.NANOSECONDS.toSeconds(LONGEST) ? LONGEST : delay.toNanos();
    }

    private static int bucket(long tick) {
        return (int) tick & BUCKETS - 1;
    }

    private ReentrantLock stripe(int bucket) {
        return stripes[bucket & STRIPES - 1];
    }

    private boolean link(Node node, long tick) {
        int bucket = bucket(tick);
        ReentrantLock lock = stripe(bucket);
        lock.lock();
        try {
            if (current >= tick) {
                return false;
            }
            node.tick = tick;
            node.linked = true;
            Node tail = tails[bucket];
            node.previous = tail;
            if (tail == null) {
                heads[bucket] = node;
            } else {
                tail.next = node;
            }
            tails[bucket] = node;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void unlink(Node node, int bucket) {
        Node previous = node.previous;
        Node next = node.next;
        if (previous == null) {
            heads[bucket] = next;
        } else {
            previous.next = next;
        }
        if (next == null) {
            tails[bucket] = previous;
        } else {
            next.previous = previous;
        }
        node.previous = null;
        node.next = null;
        node.linked = false;
        size.decrementAndGet();
    }

    private void run() {
        while (!closed) {
            try {
                park();
                turn();
            } catch (Throwable t) {
                log.error("timer wheel", t);
            }
        }
    }

    /** Fires what is due by now, and looks after the readers. */
    void turn() {
        advance(elapsed() / TICK);
        readers.look(nanoTime(), TICK);
    }

    private void park() {
        if (size.get() > 0) {
            LockSupport.parkNanos(this, (current + 1) * TICK - elapsed());
            return;
        }
        asleep = true;
        if (size.get() == 0 && !closed) {
            LockSupport.parkNanos(this, IDLE_LOOK);
        }
        asleep = false;
    }

    private void advance(long tick) {
        long last = current;
        if (tick <= last) {
            return;
        }
        current = tick;
        if (size.get() == 0) {
            return;
        }
        long end = Math.min(tick, last + BUCKETS);
        for (long t = last + 1; t <= end; t++) {
            fire(takeDue(bucket(t), tick));
        }
    }

    /** The nodes of a bucket that are due, chained by {@code next}. */
    private @Nullable Node takeDue(int bucket, long tick) {
        ReentrantLock lock = stripe(bucket);
        lock.lock();
        try {
            Node first = null;
            Node last = null;
            Node node = heads[bucket];
            while (node != null) {
                Node next = node.next;
                if (node.tick <= tick) {
                    unlink(node, bucket);
                    if (last == null) {
                        first = node;
                    } else {
                        last.next = node;
                    }
                    last = node;
                }
                node = next;
            }
            return first;
        } finally {
            lock.unlock();
        }
    }

    private void fire(@Nullable Node due) {
        Node node = due;
        while (node != null) {
            Node next = node.next;
            node.next = null;
            try {
                Strand.run(node.owner, node);
            } catch (Throwable t) {
                log.error("{}: timer failed", node.owner.strand(), t);
            }
            node = next;
        }
    }

    /** A timer in its bucket's list. The links are guarded by the bucket's lock, then owned by the wheel thread. */
    private final class Node extends Timer implements Runnable {
        private final Stranded owner;
        private final Runnable onExpiry;
        private @Nullable Node previous;
        private @Nullable Node next;
        private boolean linked;
        private long tick;
        private volatile boolean pending = true;

        Node(Stranded owner, Runnable onExpiry) {
            this.owner = owner;
            this.onExpiry = onExpiry;
        }

        @Override
        public void cancel() {
            if (!pending) {
                return;
            }
            pending = false;
            int bucket = bucket(tick);
            ReentrantLock lock = stripe(bucket);
            lock.lock();
            try {
                if (linked) {
                    unlink(this, bucket);
                }
            } finally {
                lock.unlock();
            }
        }

        @Override
        public boolean isPending() {
            return pending;
        }

        /** In the owner's core section: what was cancelled there meanwhile does not fire. */
        @Override
        public void run() {
            if (pending) {
                pending = false;
                onExpiry.run();
            }
        }
    }
}
