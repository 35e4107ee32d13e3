// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.tasks;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** A stage whose asynchronous followers run in the context it was made in. Safe for use by any thread. */
final class ContextFuture<T> extends CompletableFuture<T> {

    private final TaskContext context;

    ContextFuture(TaskContext context) {
        this.context = context;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new ContextFuture<>(context);
    }

    @Override
    public Executor defaultExecutor() {
        return queue(context);
    }

    static Executor queue(TaskContext context) {
        return task -> {
            if (!context.queue(task)) {
                throw new RejectedExecutionException("the session has ended, or too much waits for it");
            }
        };
    }
}
