// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Threads;

/**
 * Tasks that may stop half-way while others go on. Each has a thread, but only one of all threads runs at a time, the one that has
 * been told to: so every run is the same. {@link #run} and {@link Fiber#resume} are for one thread, that of the test.
 */
final class Fibers {
    private static final ThreadLocal<Fiber> CURRENT = new ThreadLocal<>();

    private final Executor threads =
            Executors.newCachedThreadPool(task -> Threads.platform("fiber", task)); // idle ones end

    /** Runs the task on a thread of its own, until it ends or is paused. */
    void run(Runnable task) {
        Fiber fiber = new Fiber(task);
        threads.execute(fiber);
        fiber.stopped.acquireUninterruptibly();
    }

    /** The task that calls. */
    static Fiber current() {
        @Nullable Fiber fiber = CURRENT.get();
        if (fiber == null) {
            throw new IllegalStateException("only a callback may pause, after letCallbacksPause()");
        }
        return fiber;
    }

    /** One task. */
    static final class Fiber implements Runnable {
        private final Runnable task;
        private final Semaphore stopped = new Semaphore(0);
        private final Semaphore resumed = new Semaphore(0);

        private Fiber(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            CURRENT.set(this);
            try {
                task.run();
            } finally {
                CURRENT.remove();
                stopped.release();
            }
        }

        /** Called by the task itself: lets the test go on, until it is resumed. */
        void pause() {
            stopped.release();
            resumed.acquireUninterruptibly();
        }

        /** Lets it go on, until it ends or is paused again. */
        void resume() {
            resumed.release();
            stopped.acquireUninterruptibly();
        }
    }
}
