// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Lets things that are done one after another wait for the next beat, which is the same for all that keep one distance: what several of them
 * send to a member leaves and arrives together. The first of a while does not wait.
 */
final class Pace {
    /** Of what is sent to other members: for as long messages of many calls wait more. */
    static final Duration DISTANCE = Duration.ofMillis(20);

    private final long distance;
    private final LongSupplier nanoTime;
    private final Later later;
    private volatile long next;

    /** @param distance of the beats, which are counted from the 0 of the clock; more than zero */
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
        next = (Math.floorDiv(nanoTime.getAsLong(), distance) + 1) * distance;
        task.run();
    }
}
