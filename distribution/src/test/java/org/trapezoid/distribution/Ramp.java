// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.time.Duration;
import java.util.List;

/** How the rate of SIPp's calls grows, step by step, so that servers that have just started get to know their work. */
record Ramp(int seconds) {
    private static final int STEPS = 10;

    /** What tells SIPp. */
    List<String> options(int callsPerSecond) {
        if (seconds == 0) {
            return List.of("-r", String.valueOf(callsPerSecond));
        }
        return List.of(
                "-r",
                String.valueOf(step(callsPerSecond)),
                "-rate_increase",
                String.valueOf(step(callsPerSecond)),
                "-rate_interval",
                interval() + "s",
                "-rate_max",
                String.valueOf(callsPerSecond),
                "-no_rate_quit");
    }

    /** How many calls begin when the full rate lasts for that time. */
    int calls(int callsPerSecond, int fully) {
        int calls = callsPerSecond * fully;
        if (seconds > 0) {
            for (int rate = step(callsPerSecond); rate < callsPerSecond; rate += step(callsPerSecond)) {
                calls += rate * interval();
            }
        }
        return calls;
    }

    Duration duration() {
        return Duration.ofSeconds(seconds);
    }

    private int interval() {
        return Math.max(1, seconds / STEPS);
    }

    private static int step(int callsPerSecond) {
        return Math.max(1, callsPerSecond / STEPS);
    }
}
