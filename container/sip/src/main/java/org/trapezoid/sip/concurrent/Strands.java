// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.util.concurrent.Executor;

/** Makes strands that share workers and a clock. Thread-safe. */
public final class Strands {
    private final Executor workers;
    private final Timers timers;

    public Strands(Executor workers, Timers timers) {
        this.workers = workers;
        this.timers = timers;
    }

    public Strand create() {
        return new Strand(workers, timers);
    }
}
