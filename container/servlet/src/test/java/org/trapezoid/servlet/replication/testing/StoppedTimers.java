// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication.testing;

import java.time.Duration;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.testing.ManualClock;

/** The timers of a process that is stopped now and then. Confined to the thread of the test. */
public final class StoppedTimers implements Timers {
    private final ManualClock clock;
    private Duration stopped = Duration.ZERO;

    public StoppedTimers(ManualClock clock) {
        this.clock = clock;
    }

    /** It has been stopped for so long, and runs again. */
    public void stopFor(Duration time) {
        stopped = stopped.plus(time);
    }

    @Override
    public long nanoTime() {
        return clock.nanoTime() + stopped.toNanos();
    }

    @Override
    public Timer schedule(Stranded owner, Duration delay, Runnable expiry) {
        return clock.schedule(owner, delay, expiry);
    }
}
