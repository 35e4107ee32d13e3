// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Lets one log line per subject and minute pass, so that a flood cannot fill a disk. Thread-safe. */
final class LogGate {
    private static final long INTERVAL = Duration.ofMinutes(1).toNanos();
    private static final int MAX_SUBJECTS = 1000;

    private final LongSupplier nanoTime;
    private final ConcurrentHashMap<Object, Long> lastPassed = new ConcurrentHashMap<>();

    LogGate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    boolean passes(Object subject) {
        long now = nanoTime.getAsLong();
        Long last = lastPassed.get(subject);
        if (last != null && now - last < INTERVAL) {
            return false;
        }
        if (last == null && lastPassed.size() >= MAX_SUBJECTS) {
            lastPassed.values().removeIf(time -> now - time >= INTERVAL);
            if (lastPassed.size() >= MAX_SUBJECTS) {
                return false;
            }
        }
        return last == null ? lastPassed.putIfAbsent(subject, now) == null : lastPassed.replace(subject, last, now);
    }
}
