// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether an application blocks. What counts is the time of its slow callbacks, those over 1 ms, each with 10 ms at
 * most: a longer one has its reader replaced. 1000 callbacks with no more than 50 ms of it, and it runs inline. 30 ms of it, less
 * 10 ms for every 1000 callbacks and every 20 s, move it back to workers, and each time the next trial starts twice as late.
 * Pauses of the garbage collector and time without a processor do not count where they are known, nor do callbacks that run on workers all
 * the same: those of timers, and after answers of other nodes. Thread-safe.
 */
final class InlineTrial {
    private static final Logger log = LoggerFactory.getLogger(InlineTrial.class);
    private static final int PROOF = 1000;
    static final long SLOW = Duration.ofMillis(1).toNanos();
    private static final long MOST = Duration.ofMillis(10).toNanos(); // of one callback: a tick of the wheel
    private static final long PROOF_BOUND = 5 * MOST;
    private static final long INLINE_BOUND = 3 * MOST;
    private static final long FORGIVEN_CALLBACKS = 1000; // for each MOST
    private static final long FORGIVEN_TIME = Duration.ofSeconds(20).toNanos(); // the same
    private static final Duration FIRST_DELAY = Duration.ofSeconds(5);
    private static final Duration LAST_DELAY = FIRST_DELAY.multipliedBy(1024);

    private final String application;
    private final Timers timers;
    private final Pauses pauses;
    /** Guards the fields below, and moves of the mode. */
    private final ReentrantLock lock = new ReentrantLock();

    private long blocked; // nanoseconds of slow callbacks, in the trial or since it runs inline
    private long forgivenAt; // when some of it was forgiven last
    private long forgivenCallbacks; // how many had run then
    private int proved; // callbacks of this trial
    private long trialFrom;
    private Duration delay = FIRST_DELAY;

    InlineTrial(String application, Timers timers, Pauses pauses) {
        this.application = application;
        this.timers = timers;
        this.pauses = pauses;
        this.trialFrom = timers.nanoTime();
    }

    void ran(CallbackMode mode, long nanos) {
        long slow = nanos > SLOW ? nanos - pauses.within(nanos) : 0;
        if (slow <= SLOW) {
            slow = 0;
        }
        if (!mode.isInline()) {
            prove(mode, Math.min(slow, MOST));
        } else {
            if (slow > 0) {
                slowInline(mode, Math.min(slow, MOST));
            }
        }
    }

    private void prove(CallbackMode mode, long slow) {
        lock.lock();
        try {
            if (mode.isInline() || timers.nanoTime() - trialFrom < 0) {
                return;
            }
            blocked += slow;
            proved++;
            if (blocked > PROOF_BOUND) {
                proved = 0;
                blocked = 0;
            }
            if (proved < PROOF) {
                return;
            }
            proved = 0;
            blocked = 0;
            forgivenAt = timers.nanoTime();
            forgivenCallbacks = mode.callbacks();
            mode.moveTo(true);
        } finally {
            lock.unlock();
        }
        log.info("{}: callbacks run inline now: of {} few or none took longer than 1 ms", application, PROOF);
    }

    private void slowInline(CallbackMode mode, long slow) {
        Duration pause;
        lock.lock();
        try {
            if (!mode.isInline()) {
                return;
            }
            long now = timers.nanoTime();
            forgive(now, mode.callbacks());
            blocked += slow;
            if (blocked < INLINE_BOUND) {
                return;
            }
            blocked = 0;
            pause = delay;
            trialFrom = now + pause.toNanos();
            delay = pause.compareTo(LAST_DELAY) < 0 ? pause.multipliedBy(2) : LAST_DELAY;
            mode.moveTo(false);
        } finally {
            lock.unlock();
        }
        log.info(
                "{}: callbacks run on workers now: too many took longer than 1 ms; next trial in {} s",
                application,
                pause.toSeconds());
    }

    private void forgive(long now, long ran) {
        double forgiven =
                (double) (ran - forgivenCallbacks) / FORGIVEN_CALLBACKS + (double) (now - forgivenAt) / FORGIVEN_TIME;
        blocked = Math.max(0, blocked - (long) (forgiven * MOST));
        forgivenAt = now;
        forgivenCallbacks = ran;
    }
}
