// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.time.Duration;

/**
 * The timer values of RFC 3261 table 4. Immutable; derived values are computed once because every transaction reads them.
 *
 * @param timeout 64*T1: Timers B, F, H, J, L and M
 * @param timerD how long a non-2xx final response to an INVITE is acknowledged again over UDP
 * @param trying how long the transaction user has before 100 Trying is sent to an INVITE
 * @param lateTrying the same for any other request: the time in which Timer E of the client grows to T2 (RFC 4320 §4.1)
 */
public record Timing(
        Duration t1,
        Duration t2,
        Duration t4,
        Duration timeout,
        Duration timerD,
        Duration trying,
        Duration lateTrying) {

    /** The recommended values. */
    public static final Timing RFC3261 = of(Duration.ofMillis(500), Duration.ofSeconds(4), Duration.ofSeconds(5));

    public Timing {
        if (t1.isNegative() || t1.isZero() || t2.compareTo(t1) < 0) {
            throw new IllegalArgumentException("timers: T1 " + t1 + " must be positive and T2 " + t2 + " at least T1");
        }
    }

    /** All values that follow from T1, T2 and T4. */
    public static Timing of(Duration t1, Duration t2, Duration t4) {
        Duration late = Duration.ZERO;
        for (Duration interval = t1; interval.compareTo(t2) < 0; interval = interval.plus(interval)) {
            late = late.plus(interval);
        }
        Duration timeout = t1.multipliedBy(64);
        Duration atLeast32s = Duration.ofSeconds(32);
        Duration timerD = timeout.compareTo(atLeast32s) < 0 ? atLeast32s : timeout;
        return new Timing(t1, t2, t4, timeout, timerD, Duration.ofMillis(200), late);
    }

    /** The interval after {@code current}: doubled, but not above T2 (Timers E and G). */
    Duration next(Duration current) {
        Duration doubled = current.plus(current);
        return doubled.compareTo(t2) > 0 ? t2 : doubled;
    }
}
