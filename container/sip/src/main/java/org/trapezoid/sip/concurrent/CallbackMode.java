// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import org.jspecify.annotations.Nullable;

/**
 * Where the callbacks of one application run: on workers, or inline on the thread that read the message. Thread-safe.
 */
public final class CallbackMode {
    private static final CallbackMode INLINE = new CallbackMode(true, null);
    private static final CallbackMode WORKER = new CallbackMode(false, null);

    private final @Nullable InlineTrial trial; // none: fixed
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
        return INLINE;
    }

    /** Always on workers. */
    public static CallbackMode worker() {
        return WORKER;
    }

    public boolean isInline() {
        return inline;
    }

    /** Whether it moves by itself. */
    public boolean isProving() {
        return trial != null;
    }

    /** {@code inline} or {@code worker}, for status. */
    @Override
    public String toString() {
        return inline ? "inline" : "worker";
    }

    /** A callback of the application took so long, waiting included; for part of that it had no processor. */
    void ran(long nanos, long runDelay) {
        if (trial != null) {
            trial.ran(this, nanos - runDelay);
        }
    }

    void moveTo(boolean inline) {
        this.inline = inline;
    }
}
