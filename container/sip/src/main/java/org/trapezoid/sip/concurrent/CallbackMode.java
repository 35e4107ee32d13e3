// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Where the callbacks of one application run: on workers, or inline on the thread that read the message. Thread-safe.
 */
public final class CallbackMode {
    /** That of a strand which belongs to no application yet: on workers. */
    static final CallbackMode UNASSIGNED = new CallbackMode(false, null);

    private final @Nullable InlineTrial trial; // none: fixed
    private final LongAdder callbacks = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private volatile boolean inline;

    private CallbackMode(boolean inline, @Nullable InlineTrial trial) {
        this.inline = inline;
        this.trial = trial;
    }

    /** Starts on workers and moves, as {@link InlineTrial} finds. */
    public static CallbackMode proving(String application, Timers timers) {
        return proving(application, timers, new GarbagePauses());
    }

    static CallbackMode proving(String application, Timers timers, Pauses pauses) {
        return new CallbackMode(false, new InlineTrial(application, timers, pauses));
    }

    /** Always on the thread that read the message. */
    public static CallbackMode inline() {
        return new CallbackMode(true, null);
    }

    /** Always on workers. */
    public static CallbackMode worker() {
        return new CallbackMode(false, null);
    }

    public boolean isInline() {
        return inline;
    }

    /** {@code inline} or {@code worker}, for status. */
    @Override
    public String toString() {
        return inline ? "inline" : "worker";
    }

    /**
     * A callback of the application took so long, waiting included, on a worker: whether for want of a processor nobody knows, and while
     * callbacks run inline those of workers keep no reader.
     */
    void ranOnWorker(long took) {
        count(took);
        if (trial != null && !inline) {
            trial.ran(this, took);
        }
    }

    /** A callback took so long, waiting included, on a reader; for part of that it had no processor. */
    void ranOnReader(long took, long runDelay) {
        count(took);
        if (trial != null) {
            trial.ran(this, took - runDelay);
        }
    }

    private void count(long took) {
        callbacks.increment();
        nanos.add(took);
    }

    /** How many callbacks of the application have ended. */
    public long callbacks() {
        return callbacks.sum();
    }

    /** The sum of the time they took, in nanoseconds. */
    public long nanos() {
        return nanos.sum();
    }

    void moveTo(boolean inline) {
        this.inline = inline;
    }
}
