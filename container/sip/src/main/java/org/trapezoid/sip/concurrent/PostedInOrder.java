// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts tasks as {@link Strand#post} does, and keeps their order and one at a time when several threads post. Two core
 * sections one after another on two threads would otherwise race for what each of them posted. Thread-safe.
 */
public final class PostedInOrder implements Executor {
    private static final Logger log = LoggerFactory.getLogger(PostedInOrder.class);

    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (waiting.getAndIncrement() == 0) {
            Strand.post(this::drain);
        }
    }

    private void drain() {
        do {
            Runnable task = tasks.remove(); // is there: counted after it was added
            try {
                task.run();
            } catch (Throwable t) {
                log.error("posted task failed", t);
            }
        } while (waiting.decrementAndGet() > 0);
    }
}
