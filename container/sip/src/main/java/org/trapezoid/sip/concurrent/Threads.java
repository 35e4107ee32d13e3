// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes threads: daemons with names, virtual ones where the Java release has them. Thread-safe. */
public final class Threads {
    /** Platform threads for workers, where there are no virtual ones. */
    public static final int WORKERS = 200;

    private static final Logger log = LoggerFactory.getLogger(Threads.class);
    private static final int VIRTUAL_SINCE = 21;
    private static final long IDLE_SECONDS = 30;

    private Threads() {}

    /** A virtual thread for each task on Java 21 and later, else up to so many platform threads, made on demand. */
    public static Workers workers(String name, int maxOn17) {
        return virtualPerTask(name)
                .map(threads -> new Workers(threads, true))
                .orElseGet(() -> new Workers(pool(name, maxOn17), false));
    }

    /** A daemon platform thread, not started. */
    public static Thread platform(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    static ExecutorService pool(String name, int max) {
        AtomicInteger number = new AtomicInteger();
        GrowFirstQueue queue = new GrowFirstQueue();
        return new ThreadPoolExecutor(
                1, // one that stays: a task put into the queue always finds somebody
                max,
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                queue,
                task -> platform(name + "-" + number.incrementAndGet(), task),
                (task, pool) -> {
                    if (pool.isShutdown()) {
                        throw new RejectedExecutionException(name + " is shut down");
                    }
                    queue.put(task);
                });
    }

    static Optional<ExecutorService> virtualPerTask(String name) {
        if (Runtime.version().feature() < VIRTUAL_SINCE) {
            return Optional.empty();
        }
        try {
            MethodHandles.Lookup lookup = MethodHandles.publicLookup();
            Class<?> builder = Class.forName("java.lang.Thread$Builder$OfVirtual");
            MethodHandle ofVirtual = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(builder));
            MethodHandle named =
                    lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class, long.class));
            MethodHandle factory = lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
            MethodHandle perTask = lookup.findStatic(
                    Executors.class,
                    "newThreadPerTaskExecutor",
                    MethodType.methodType(ExecutorService.class, ThreadFactory.class));
            Object threads = named.invoke(ofVirtual.invoke(), name + "-", 1L);
            return Optional.of((ExecutorService) perTask.invoke((ThreadFactory) factory.invoke(threads)));
        } catch (Throwable t) {
            log.warn("no virtual threads on Java {}, a pool is used", Runtime.version(), t);
            return Optional.empty();
        }
    }

    /** Refuses a task that no idle thread waits for, so that the pool grows before tasks queue up. */
    private static final class GrowFirstQueue extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }
    }
}
