// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.tasks;

import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.trapezoid.sip.concurrent.Strand;

/** Where a task runs: with the application's class loader, and in the callback queue of a session if it belongs to one. Thread-safe. */
public interface TaskContext {

    /** The owner of the task's timers. */
    Strand strand();

    /**
     * Queues the task behind what waits already.
     *
     * @return false if the session has ended or too much is waiting
     */
    boolean queue(Runnable task);

    /** Runs it on this thread at once, with the class loader and the current session; in no queue. */
    void apply(Runnable task);

    /** Runs it on a worker; in no queue. For threads that may call no application. */
    void aside(Runnable task);

    /** The task is known to its session until it is done. */
    void submitted(Future<?> task, String identity);

    /** As said. */
    void done(Future<?> task);

    /** Gives the context of who submits, or the one that the execution properties of a task name. */
    interface Source {
        /** @throws RejectedExecutionException if they name a session that is not there */
        TaskContext of(Map<String, String> executionProperties);

        /** Whether the application has ended. */
        boolean isEnded();
    }
}
