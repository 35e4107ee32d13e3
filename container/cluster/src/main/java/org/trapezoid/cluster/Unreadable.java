// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** The sessions that this node could not go on with, as long as they may be stored. Thread-safe. */
final class Unreadable {
    private static final long REMEMBERED = Duration.ofHours(2).toNanos();

    private final LongSupplier nanoTime;
    private final Map<String, Long> since = new ConcurrentHashMap<>(); // few: none, if all is well

    Unreadable(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void add(String token) {
        long now = nanoTime.getAsLong();
        since.values().removeIf(added -> now - added > REMEMBERED);
        since.put(token, now);
    }

    boolean contains(String token) {
        return since.containsKey(token);
    }
}
