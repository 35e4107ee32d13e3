// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one thread is doing with strands, and what it still has to do. Confined to its thread. */
final class Turn {
    private static final Logger log = LoggerFactory.getLogger(Turn.class);
    private static final ThreadLocal<Turn> CURRENT = ThreadLocal.withInitial(Turn::new);

    private static final int MARK_EVERY = 256; // callbacks; reading costs some microseconds

    private final RunDelay runDelay = new RunDelay();
    private int untilMark;
    private final ArrayDeque<Runnable> posted = new ArrayDeque<>(4);
    private final ArrayDeque<Strand> ready = new ArrayDeque<>(4); // claimed by this thread, not yet started
    private @Nullable Strand held;
    private @Nullable Reader reader;
    private boolean inCallback;
    private @Nullable Strand calling; // whose callback that is
    private boolean settling; // a frame below works off posted and ready
    private int budget;

    static Turn current() {
        return CURRENT.get();
    }

    @Nullable
    Strand held() {
        return held;
    }

    void held(@Nullable Strand strand) {
        held = strand;
    }

    @Nullable
    Strand calling() {
        return calling;
    }

    @Nullable
    Reader reader() {
        return reader;
    }

    void reader(@Nullable Reader reader) {
        this.reader = reader;
    }

    void post(Runnable task) {
        posted.add(task);
    }

    boolean hasPosted() {
        return !posted.isEmpty();
    }

    /** Whether a callback may run right after the core section, with nothing that has to come first. */
    boolean mayRunAtOnce(CallbackMode mode) {
        return !inCallback && !settling && runsInline(mode) && posted.isEmpty();
    }

    void runAtOnce(Strand strand, Runnable first) {
        settling = true;
        budget = Strand.DRAIN_BOUND;
        try {
            strand.drain(this, first);
            placeReady();
        } finally {
            settling = false;
        }
    }

    /** In no core section any more: does what was posted, then finds a place for callbacks. */
    void settle(@Nullable Strand claimed) {
        if (settling) {
            if (claimed != null) {
                ready.add(claimed);
            }
            return;
        }
        settling = true;
        if (!inCallback) {
            budget = Strand.DRAIN_BOUND;
        }
        try {
            runPosted();
            if (claimed != null) {
                place(claimed);
            }
            placeReady();
        } finally {
            settling = false;
        }
    }

    /** After each callback that ran here: whether a worker goes on, because this thread has done its share or may not. */
    boolean isSpent(CallbackMode mode) {
        budget--;
        return budget <= 0 || !runsInline(mode);
    }

    @SuppressWarnings("Interruption") // the flag belongs to the callback that has ended
    void execute(Strand strand, Runnable callback, CallbackMode mode, Timers timers) {
        Reader watched = reader;
        boolean outerSettling = settling;
        boolean outerCallback = inCallback;
        Strand outerCalling = calling;
        long start = timers.nanoTime();
        if (watched != null) {
            watched.enterCallback(start);
        }
        inCallback = true;
        calling = strand;
        settling = false;
        try {
            callback.run();
        } catch (Throwable t) {
            log.warn("{}: callback failed", strand, t);
        } finally {
            settling = outerSettling;
            inCallback = outerCallback;
            calling = outerCalling;
            if (watched != null) {
                watched.leaveCallback();
            }
            Thread.interrupted();
            long took = timers.nanoTime() - start;
            if (watched == null) {
                mode.ranOnWorker(took);
            } else {
                mode.ranOnReader(took, runDelay(took));
            }
        }
    }

    /** Of a callback that took long, how much of that the thread waited for a processor; 0 for others. */
    private long runDelay(long took) {
        if (took > InlineTrial.SLOW) {
            return runDelay.sinceMark();
        }
        if (--untilMark <= 0) {
            untilMark = MARK_EVERY;
            runDelay.mark();
        }
        return 0;
    }

    private void runPosted() {
        Runnable task;
        while ((task = posted.poll()) != null) {
            try {
                task.run();
            } catch (Throwable t) {
                log.error("posted task failed", t);
            }
        }
    }

    private void placeReady() {
        Strand strand;
        while ((strand = nextReady()) != null) {
            place(strand);
        }
    }

    private @Nullable Strand nextReady() {
        Strand strand = ready.poll();
        return strand != null || inCallback || reader == null ? strand : reader.pollDeferred();
    }

    private void place(Strand strand) {
        if (reader == null || !runsInline(strand.mode())) {
            strand.handToWorker();
        } else if (inCallback) {
            reader.defer(strand); // no nesting of callbacks on one thread
        } else if (budget <= 0) {
            strand.handToWorker();
        } else {
            strand.drain(this, null);
        }
    }

    private boolean runsInline(CallbackMode mode) {
        return reader != null && mode.isInline() && !reader.isReplaced();
    }
}
