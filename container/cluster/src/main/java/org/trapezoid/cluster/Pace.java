// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.time.Duration;
import java.util.function.LongSupplier;

/** Keeps a distance between things that are done one after another: the next one waits for its time, the first of a while does not. */
final class Pace {
    /** Of what is sent to other members: for as long messages of many calls wait more. */
    static final Duration DISTANCE = Duration.ofMillis(10);

    private final long distance;
    private final LongSupplier nanoTime;
    private final Later later;
    private volatile long next;

    /** @param distance between the beginnings */
    Pace(Duration distance, LongSupplier nanoTime, Later later) {
        this.distance = distance.toNanos();
        this.nanoTime = nanoTime;
        this.later = later;
        this.next = nanoTime.getAsLong();
    }

    /** Now or later, here or elsewhere. One thing at a time: not to be called before the one before has run. */
    void run(Runnable task) {
        long missing = next - nanoTime.getAsLong();
        if (missing > 0) {
            later.later(Duration.ofNanos(missing), () -> begin(task));
        } else {
            begin(task);
        }
    }

    private void begin(Runnable task) {
        next = nanoTime.getAsLong() + distance;
        task.run();
    }
}
