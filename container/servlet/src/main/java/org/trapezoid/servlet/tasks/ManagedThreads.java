// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.tasks;

import jakarta.enterprise.concurrent.ManageableThread;
import jakarta.enterprise.concurrent.ManagedThreadFactory;
import java.util.Map;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinWorkerThread;
import java.util.concurrent.atomic.AtomicInteger;

/** Daemon threads with the application's class loader, in no session; there are no new ones once it has ended. Safe for use by any thread. */
public final class ManagedThreads implements ManagedThreadFactory {

    private final String name;
    private final ClassLoader loader;
    private final TaskContext.Source contexts;
    private final AtomicInteger count = new AtomicInteger();

    /** @param name of the application */
    public ManagedThreads(String name, ClassLoader loader, TaskContext.Source contexts) {
        this.name = name;
        this.loader = loader;
        this.contexts = contexts;
    }

    private final class Managed extends Thread implements ManageableThread {
        private final Runnable task;

        Managed(Runnable task) {
            super(name + "-" + count.incrementAndGet());
            this.task = task;
            setDaemon(true);
            setContextClassLoader(loader);
        }

        @Override
        public void run() {
            contexts.of(Map.of()).apply(task); // a new thread is in no callback, so this is the application alone
        }

        @Override
        public boolean isShutdown() {
            return contexts.isEnded();
        }
    }

    private final class Forked extends ForkJoinWorkerThread implements ManageableThread {
        Forked(ForkJoinPool pool) {
            super(pool);
            setName(name + "-" + count.incrementAndGet());
            setContextClassLoader(loader);
        }

        @Override
        public boolean isShutdown() {
            return contexts.isEnded();
        }
    }

    @Override
    public Thread newThread(Runnable task) {
        requireRunning();
        return new Managed(task);
    }

    @Override
    public ForkJoinWorkerThread newThread(ForkJoinPool pool) {
        requireRunning();
        return new Forked(pool);
    }

    private void requireRunning() {
        if (contexts.isEnded()) {
            throw new IllegalStateException("application " + name + " is undeployed");
        }
    }
}
