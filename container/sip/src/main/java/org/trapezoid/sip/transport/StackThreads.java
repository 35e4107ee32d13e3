// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.QueueWait;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.concurrent.Timers;

/**
 * What transports need of the threads around them. Immutable.
 *
 * @param workers where failures are told, on a stack of their own
 * @param queueWait told how long messages wait to be read
 */
public record StackThreads(Readers readers, Timers timers, Executor workers, QueueWait queueWait) {
    private static final Logger log = LoggerFactory.getLogger(StackThreads.class);

    /** Threads whose queues nobody watches. */
    public StackThreads(Readers readers, Timers timers, Executor workers) {
        this(readers, timers, workers, QueueWait.UNLIMITED);
    }

    /** Runs on a worker; the last failures of a server that has stopped are not told. */
    public void later(Runnable task) {
        try {
            workers.execute(task);
        } catch (RejectedExecutionException stopped) {
            log.debug("not told after the stop", stopped);
        }
    }
}
