// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out whether an application blocks: 1000 callbacks, none over 1 ms, and it runs inline; three slow ones within a minute,
 * and among fewer than 3000, move it back to workers, and each time the next trial starts twice as late. Pauses of the garbage
 * collector and time without a processor do not count. Thread-safe.
 */
final class InlineTrial {
    private static final Logger log = LoggerFactory.getLogger(InlineTrial.class);
    private static final int PROOF = 1000;
    private static final int SLOW_BOUND = 3;
    static final long SLOW = Duration.ofMillis(1).toNanos();
    private static final long WINDOW = Duration.ofMinutes(1).toNanos();
    private static final long RARE = 1000; // callbacks for each slow one
    private static final Duration FIRST_DELAY = Duration.ofSeconds(5);
    private static final Duration LAST_DELAY = FIRST_DELAY.multipliedBy(1024);

    private final String application;
    private final Timers timers;
    private final Pauses pauses;
    /** Guards the fields below, and moves of the mode. */
    private final ReentrantLock lock = new ReentrantLock();

    private final LongAdder inline = new LongAdder(); // callbacks that ran inline
    private final long[] slowAt = new long[SLOW_BOUND]; // a ring
    private final long[] inlineAt = new long[SLOW_BOUND]; // beside it
    private int slow; // slow callbacks since it runs inline
    private int proved; // callbacks of this trial, all fast
    private long trialFrom;
    private Duration delay = FIRST_DELAY;

    InlineTrial(String application, Timers timers, Pauses pauses) {
        this.application = application;
        this.timers = timers;
        this.pauses = pauses;
        this.trialFrom = timers.nanoTime();
    }

    void ran(CallbackMode mode, long nanos) {
        boolean isSlow = nanos > SLOW && nanos - pauses.within(nanos) > SLOW;
        if (!mode.isInline()) {
            prove(mode, isSlow);
        } else {
            inline.increment();
            if (isSlow) {
                slowInline(mode);
            }
        }
    }

    private void prove(CallbackMode mode, boolean isSlow) {
        lock.lock();
        try {
            if (mode.isInline() || timers.nanoTime() - trialFrom < 0) {
                return;
            }
            proved = isSlow ? 0 : proved + 1;
            if (proved < PROOF) {
                return;
            }
            proved = 0;
            slow = 0;
            mode.moveTo(true);
        } finally {
            lock.unlock();
        }
        log.info("{}: callbacks run inline now: {} took no longer than 1 ms each", application, PROOF);
    }

    private void slowInline(CallbackMode mode) {
        Duration pause;
        lock.lock();
        try {
            if (!mode.isInline()) {
                return;
            }
            long now = timers.nanoTime();
            long ran = inline.sum();
            slowAt[slow % SLOW_BOUND] = now;
            inlineAt[slow % SLOW_BOUND] = ran;
            slow++;
            int oldest = slow % SLOW_BOUND;
            if (slow < SLOW_BOUND || now - slowAt[oldest] > WINDOW || ran - inlineAt[oldest] > RARE * SLOW_BOUND) {
                return;
            }
            pause = delay;
            trialFrom = now + pause.toNanos();
            delay = pause.compareTo(LAST_DELAY) < 0 ? pause.multipliedBy(2) : LAST_DELAY;
            mode.moveTo(false);
        } finally {
            lock.unlock();
        }
        log.info(
                "{}: callbacks run on workers now: {} took longer than 1 ms within a minute; next trial in {} s",
                application,
                SLOW_BOUND,
                pause.toSeconds());
    }
}
