// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

/**
 * How the rate of calls grows, so that servers that have just started get to know their work.
 *
 * @param seconds until the rate is the full one
 */
record Ramp(int seconds) {

    /** How many calls have begun after some seconds. */
    int calls(int callsPerSecond, double elapsed) {
        double growing = Math.min(elapsed, seconds);
        double begun = seconds == 0 ? 0 : callsPerSecond * growing * growing / (2 * seconds);
        return (int) (begun + callsPerSecond * (elapsed - growing));
    }

    /** How many have when the full rate has lasted for that time, in seconds. */
    int all(int callsPerSecond, int fully) {
        return calls(callsPerSecond, (double) seconds + fully);
    }
}
