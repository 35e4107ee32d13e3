// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Lets one log line per subject and minute pass, so that a flood cannot fill a disk. Thread-safe. */
public final class LogGate {
    private static final long INTERVAL = Duration.ofMinutes(1).toNanos();
    private static final long PURGE_INTERVAL = Duration.ofSeconds(1).toNanos();
    private static final int MAX_SUBJECTS = 1000;

    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<Object, Long> lastPassed = new ConcurrentHashMap<>();
    private final AtomicLong lastPurge;

    public LogGate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.lastPurge = new AtomicLong(nanoTime.getAsLong());
    }

    public boolean passes(Object subject) {
        long now = nanoTime.getAsLong();
        Long last = lastPassed.get(subject);
        if (last != null) {
            return now - last >= INTERVAL && lastPassed.replace(subject, last, now);
        }
        return hasRoom(now) && lastPassed.putIfAbsent(subject, now) == null;
    }

    /** Looks through a full table once a second only: subjects may be forged by the thousand. */
    private boolean hasRoom(long now) {
        if (lastPassed.size() < MAX_SUBJECTS) {
            return true;
        }
        long previous = lastPurge.get();
        if (now - previous >= PURGE_INTERVAL && lastPurge.compareAndSet(previous, now)) {
            lastPassed.values().removeIf(time -> now - time >= INTERVAL);
        }
        return lastPassed.size() < MAX_SUBJECTS;
    }
}
