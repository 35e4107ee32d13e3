// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Timers;

/**
 * Tells in one line of all that becomes of sessions within a second because something came for them, a message or a request that names them,
 * when their node has gone. Thread-safe.
 */
final class TakeoverLog {
    private static final Logger log = LoggerFactory.getLogger(TakeoverLog.class);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Timers timers;
    private final Strand strand; // guards what follows
    private boolean planned;
    private int sessions;
    private int calls;

    TakeoverLog(Timers timers, Strand strand) {
        this.timers = timers;
        this.strand = strand;
    }

    /** In no core section. */
    void takenOver(String token) {
        log.debug("session {} is taken over for what has come for it", token);
        strand.run(() -> {
            sessions++;
            plan();
        });
    }

    /** Of which no node knows. In no core section. */
    void hungUp() {
        strand.run(() -> {
            calls++;
            plan();
        });
    }

    private void plan() {
        if (!planned) {
            planned = true;
            timers.schedule(strand, SECOND, this::tell);
        }
    }

    private void tell() {
        log.info(
                "{} sessions whose node is gone taken over for what came for them; {} calls that no node knows hung up",
                sessions,
                calls);
        planned = false;
        sessions = 0;
        calls = 0;
    }
}
