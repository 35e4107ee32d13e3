// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Fails on an input that takes too long: more than 100 ms of the thread's own processor time, three times in a row. A busy machine
 * does not count, and neither does what is slow once, as classes that are loaded are. Confined to one thread.
 */
public final class TimeLimit {
    static final long LONGEST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int TRIES = 3;

    private final LongSupplier processorNanos;

    public TimeLimit() {
        this(ManagementFactory.getThreadMXBean()::getCurrentThreadCpuTime);
    }

    TimeLimit(LongSupplier processorNanos) {
        this.processorNanos = processorNanos;
    }

    /** Reads an input, and again if it was slow. */
    public void check(String what, Runnable reading) {
        check(what, 1, reading);
    }

    /**
     * The same for what reads its input several times.
     *
     * @param readings how many times, at least
     */
    public void check(String what, int readings, Runnable reading) {
        long taken = 0;
        for (int tries = 0; tries < TRIES; tries++) {
            long before = processorNanos.getAsLong();
            reading.run();
            taken = processorNanos.getAsLong() - before;
            if (taken <= LONGEST_NANOS * readings) {
                return;
            }
        }
        throw new AssertionError(
                what + " took " + TimeUnit.NANOSECONDS.toMillis(taken) + " ms for " + readings + " readings");
    }
}
