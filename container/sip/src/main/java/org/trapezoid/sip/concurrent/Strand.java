// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One per application session: a core section and a queue of application callbacks (docs/concurrency.md). Thread-safe.
 *
 * <p>The core section is a short lock around protocol and session state; no thread holds two. Callbacks run one at a
 * time and in order, never inside the core section.
 */
public final class Strand implements Stranded {
    /** Callbacks that may wait; the running one is not counted. */
    static final int QUEUE_BOUND = 256;
    /** Callbacks in one go on one thread, so that one call cannot keep a reader or a worker from the others. */
    static final int DRAIN_BOUND = 16;

    private static final Logger log = LoggerFactory.getLogger(Strand.class);

    private final Executor workers;
    private final Timers timers;
    /** Guards the fields below and whatever is confined to this strand. */
    private final ReentrantLock lock = new ReentrantLock();

    private @Nullable Runnable next;
    private @Nullable ArrayDeque<Runnable> others; // behind next; made when a second one waits
    private boolean claimed; // some thread runs the callbacks, or has been asked to
    private volatile CallbackMode mode = CallbackMode.UNASSIGNED;
    private volatile String identity = "";
    private volatile String token = "";
    private @Nullable Outbox outbox; // of what is replicated
    private volatile boolean left;

    Strand(Executor workers, Timers timers) {
        this.workers = workers;
        this.timers = timers;
    }

    /**
     * Runs {@code core} in the core section, on this thread. Inside the core section of another strand it is posted:
     * run on this thread right after that one is left.
     */
    public void run(Runnable core) {
        run(this, core);
    }

    /** Runs {@code core} in the core section of the owner's strand, wherever the owner is by then; else as {@link #run}. */
    public static void run(Stranded owner, Runnable core) {
        Turn turn = Turn.current();
        Strand held = turn.held();
        if (held != null) {
            if (held == owner.strand()) {
                core.run();
            } else {
                turn.post(() -> run(owner, core));
            }
            return;
        }
        Strand strand = enter(owner, turn);
        try {
            core.run();
        } finally {
            strand.leave(turn);
        }
    }

    /** Returns what {@code core} computes in the core section. */
    public <T extends @Nullable Object> T call(Supplier<T> core) {
        return call(this, core);
    }

    /**
     * Returns what {@code core} computes in the core section of the owner's strand.
     *
     * @throws IllegalStateException if this thread is in the core section of another strand
     */
    public static <T extends @Nullable Object> T call(Stranded owner, Supplier<T> core) {
        Turn turn = Turn.current();
        Strand held = turn.held();
        if (held != null) {
            if (held != owner.strand()) {
                throw new IllegalStateException(
                        "cannot enter " + owner.strand() + " from inside " + held + "; post to it");
            }
            return core.get();
        }
        Strand strand = enter(owner, turn);
        try {
            return core.get();
        } finally {
            strand.leave(turn);
        }
    }

    /** Runs the task on this thread as soon as it is in no core section: at once, or right after it left. */
    public static void post(Runnable task) {
        Turn turn = Turn.current();
        turn.post(task);
        if (turn.held() == null) {
            turn.settle(null);
        }
    }

    /**
     * Appends an application callback. It starts after the core section is left: on this thread if that is a reader
     * and the application runs inline, else on a worker.
     *
     * @return false if the queue is full and the callback was not taken
     * @throws IllegalStateException if this thread is in the core section of another strand
     */
    public boolean callback(Runnable callback) {
        if (lock.isHeldByCurrentThread()) {
            return append(callback);
        }
        return call(() -> append(callback));
    }

    /** Runs the task on a worker, beside the callbacks and in no core section; not at all when the workers are closed. */
    public void aside(Runnable task) {
        post(() -> {
            try {
                workers.execute(task);
            } catch (RejectedExecutionException e) {
                log.debug("{}: the workers are closed", this, e);
            }
        });
    }

    /** Where the callbacks run; on workers until it is told. */
    public void mode(CallbackMode mode) {
        this.mode = mode;
    }

    /** What a log line about this strand calls it, such as the Call-ID. */
    public void identity(String identity) {
        this.identity = identity;
    }

    /** By what other nodes know what runs here; branches of its requests begin with it. Empty if they know nothing of it. */
    public String token() {
        return token;
    }

    public void token(String newToken) {
        token = newToken;
    }

    /** What messages of this strand have to pass from now on; null for none. In the core section. */
    public void outbox(@Nullable Outbox newOutbox) {
        outbox = newOutbox;
    }

    /** What messages of this strand have to pass. In the core section. */
    public Optional<Outbox> outbox() {
        return Optional.ofNullable(outbox);
    }

    /** What ran here goes on at another node, and nothing is sent here for it any more. */
    public void left() {
        left = true;
    }

    /** Whether it goes on at another node; any thread. */
    public boolean hasLeft() {
        return left;
    }

    /** What is sent from now on tells of a state that others have to know before. In the core section. */
    public void protect() {
        if (outbox != null) {
            outbox.protect();
        }
    }

    /** Whether a message has to be given to {@link #hold} instead of being sent. In the core section. */
    public boolean isHolding() {
        return outbox != null && outbox.isHolding();
    }

    /** Sends the message when those before it and what they tell are safe. In the core section. */
    public void hold(Runnable message) {
        if (outbox == null) {
            message.run();
        } else {
            outbox.hold(message);
        }
    }

    /** The one whose core section this thread is in. */
    public static Optional<Strand> held() {
        return Optional.ofNullable(Turn.current().held());
    }

    /** The one whose callback this thread runs. */
    public static Optional<Strand> calling() {
        return Optional.ofNullable(Turn.current().calling());
    }

    /** Whether this thread is in the core section. */
    public boolean isHeld() {
        return lock.isHeldByCurrentThread();
    }

    @Override
    public Strand strand() {
        return this;
    }

    @Override
    public String toString() {
        return "strand " + (identity.isEmpty() ? Integer.toHexString(hashCode()) : identity);
    }

    @SuppressWarnings("LockNotBeforeTry") // leave() unlocks
    private static Strand enter(Stranded owner, Turn turn) {
        while (true) {
            Strand strand = owner.strand();
            strand.lock.lock();
            if (owner.strand() == strand) {
                turn.held(strand);
                return strand;
            }
            strand.lock.unlock(); // it moved while this thread waited
        }
    }

    private void leave(Turn turn) {
        boolean start = next != null && !claimed;
        Runnable first = null;
        if (start) {
            claimed = true;
            if (turn.mayRunAtOnce(mode)) {
                first = poll();
            }
        }
        turn.held(null);
        lock.unlock();
        if (first != null) {
            turn.runAtOnce(this, first);
        } else if (start) {
            turn.settle(this);
        } else if (turn.hasPosted()) {
            turn.settle(null);
        }
    }

    private boolean append(Runnable callback) {
        if (next == null) {
            next = callback;
            return true;
        }
        if (others == null) {
            others = new ArrayDeque<>(4);
        } else if (others.size() >= QUEUE_BOUND - 1) {
            return false;
        }
        others.add(callback);
        return true;
    }

    private @Nullable Runnable poll() {
        Runnable first = next;
        next = others == null ? null : others.poll();
        return first;
    }

    /** The next callback for the thread that has claimed the queue; with none left the claim ends. */
    private @Nullable Runnable take() {
        lock.lock();
        try {
            claimed = next != null;
            return poll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the claim unless callbacks wait. */
    private boolean release() {
        lock.lock();
        try {
            claimed = next != null;
            return !claimed;
        } finally {
            lock.unlock();
        }
    }

    /** Runs callbacks on this thread, which has claimed the queue, as long as the turn allows. */
    void drain(Turn turn, @Nullable Runnable first) {
        Runnable callback = first == null ? take() : first;
        while (callback != null) {
            turn.execute(this, callback, mode, timers);
            if (turn.isSpent(mode)) {
                if (!release()) {
                    handToWorker();
                }
                return;
            }
            callback = take();
        }
    }

    /** Lets a worker run the callbacks; the caller has claimed the queue. */
    void handToWorker() {
        try {
            workers.execute(this::drainOnWorker);
        } catch (RejectedExecutionException e) {
            drop(e);
        }
    }

    CallbackMode mode() {
        return mode;
    }

    private void drainOnWorker() {
        Turn turn = Turn.current();
        for (int i = 0; i < DRAIN_BOUND; i++) {
            Runnable callback = take();
            if (callback == null) {
                return;
            }
            turn.execute(this, callback, mode, timers);
        }
        if (!release()) {
            handToWorker();
        }
    }

    private void drop(RejectedExecutionException cause) {
        int dropped;
        lock.lock();
        try {
            dropped = (next == null ? 0 : 1) + (others == null ? 0 : others.size());
            next = null;
            others = null;
            claimed = false;
        } finally {
            lock.unlock();
        }
        log.warn("{}: {} callbacks dropped, the workers are closed", this, dropped, cause);
    }
}
