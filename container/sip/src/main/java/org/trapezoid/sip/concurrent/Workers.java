// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/** Threads that may block, and what kind they are. Thread-safe. */
public final class Workers extends AbstractExecutorService implements AutoCloseable {
    private final ExecutorService threads;
    private final boolean virtual;

    Workers(ExecutorService threads, boolean virtual) {
        this.threads = threads;
        this.virtual = virtual;
    }

    /** Whether each task has a virtual thread of its own. */
    public boolean isVirtual() {
        return virtual;
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    @Override
    public void shutdown() {
        threads.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return threads.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return threads.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return threads.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return threads.awaitTermination(timeout, unit);
    }

    /** Takes no more tasks, and interrupts those that run; does not wait. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
