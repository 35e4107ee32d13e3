// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.time.Duration;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.Timers;

/** Time that stands still, on any thread. */
final class InertTimers implements Timers {

    @Override
    public Timer schedule(Stranded owner, Duration delay, Runnable onExpiry) {
        return Timer.NONE;
    }

    @Override
    public long nanoTime() {
        return 0;
    }
}
