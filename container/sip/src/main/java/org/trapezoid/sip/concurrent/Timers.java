// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.time.Duration;

/** Monotonic time and one-shot timers. Thread-safe. */
public interface Timers {

    /** Runs {@code onExpiry} in the core section of the owner after the delay, on the strand the owner is on by then. */
    Timer schedule(Stranded owner, Duration delay, Runnable onExpiry);

    /** Monotonic nanoseconds from an arbitrary origin; compare by difference only. */
    long nanoTime();
}
