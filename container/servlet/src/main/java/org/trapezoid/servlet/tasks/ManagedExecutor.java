// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.tasks;

import jakarta.enterprise.concurrent.ContextService;
import jakarta.enterprise.concurrent.ManagedScheduledExecutorService;
import jakarta.enterprise.concurrent.Trigger;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Timers;

/**
 * The executor of one application. A task that is submitted by a callback of an application session, or names one by an execution
 * property, runs in the callback queue of that session: it never overlaps another callback or task of it. Others run on
 * workers. Safe for use by any thread; the application cannot shut it down.
 */
public final class ManagedExecutor extends AbstractExecutorService implements ManagedScheduledExecutorService {

    private final TaskContext.Source contexts;
    private final Timers timers;
    private final InstantSource time;
    private final ContextObjects contextService;

    public ManagedExecutor(TaskContext.Source contexts, Timers timers, InstantSource time) {
        this.contexts = contexts;
        this.timers = timers;
        this.time = time;
        this.contextService = new ContextObjects(contexts);
    }

    private <V extends @Nullable Object> Task<V> start(
            Object given, Callable<V> code, Duration delay, Task.Repeat repeat, Duration period) {
        TaskContext context = contexts.of(Task.properties(given));
        Task<V> task = new Task<>(this, given, code, context, timers, repeat, period);
        task.start(delay);
        return task;
    }

    private <V extends @Nullable Object> Task<V> start(Object given, Callable<V> code) {
        return start(given, code, Duration.ZERO, Task.Repeat.NEVER, Duration.ZERO);
    }

    @Override
    public void execute(Runnable command) {
        var unused = start(command, Executors.callable(command));
    }

    @Override
    public Task<?> submit(Runnable task) {
        return start(task, Executors.callable(task));
    }

    @Override
    public <T extends @Nullable Object> Task<T> submit(Runnable task, T result) {
        return start(task, Executors.callable(task, result));
    }

    @Override
    public <T extends @Nullable Object> Task<T> submit(Callable<T> task) {
        return start(task, task);
    }

    // ---- time

    @Override
    public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return start(command, Executors.callable(command), in(delay, unit), Task.Repeat.NEVER, Duration.ZERO);
    }

    @Override
    public <V extends @Nullable Object> ScheduledFuture<V> schedule(Callable<V> callable, long delay, TimeUnit unit) {
        return start(callable, callable, in(delay, unit), Task.Repeat.NEVER, Duration.ZERO);
    }

    @Override
    public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        return repeat(command, in(initialDelay, unit), Task.Repeat.AT_RATE, in(period, unit));
    }

    @Override
    public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        return repeat(command, in(initialDelay, unit), Task.Repeat.WITH_DELAY, in(delay, unit));
    }

    private ScheduledFuture<?> repeat(Runnable command, Duration first, Task.Repeat repeat, Duration period) {
        if (period.isZero() || period.isNegative()) {
            throw new IllegalArgumentException("a period must be positive, not " + period);
        }
        return start(command, Executors.callable(command), first, repeat, period);
    }

    private static Duration in(long amount, TimeUnit unit) {
        return Duration.ofNanos(unit.toNanos(amount));
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable command, Trigger trigger) {
        return trigger(command, Executors.callable(command), trigger);
    }

    @Override
    public <V extends @Nullable Object> ScheduledFuture<V> schedule(Callable<V> callable, Trigger trigger) {
        return trigger(callable, callable, trigger);
    }

    private <V extends @Nullable Object> ScheduledFuture<V> trigger(Object given, Callable<V> code, Trigger trigger) {
        TaskContext context = contexts.of(Task.properties(given));
        TriggeredTask<V> task = new TriggeredTask<>(this, given, code, trigger, context, timers, time);
        if (!task.begin()) {
            throw new RejectedExecutionException("the trigger never fires");
        }
        return task;
    }

    // ---- completion stages

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new ContextFuture<>(contexts.of(Map.of()));
    }

    @Override
    public <U extends @Nullable Object> CompletableFuture<U> completedFuture(U value) {
        CompletableFuture<U> future = newIncompleteFuture();
        future.complete(value);
        return future;
    }

    @Override
    public <U extends @Nullable Object> CompletionStage<U> completedStage(U value) {
        return completedFuture(value);
    }

    @Override
    public <U> CompletableFuture<U> failedFuture(Throwable cause) {
        CompletableFuture<U> future = newIncompleteFuture();
        future.completeExceptionally(cause);
        return future;
    }

    @Override
    public <U> CompletionStage<U> failedStage(Throwable cause) {
        return failedFuture(cause);
    }

    @Override
    public <T> CompletableFuture<T> copy(CompletableFuture<T> stage) {
        return contextService.withContextCapture(stage);
    }

    @Override
    public <T> CompletionStage<T> copy(CompletionStage<T> stage) {
        return contextService.withContextCapture(stage);
    }

    @Override
    @SuppressWarnings("NullAway") // the only value of Void
    public CompletableFuture<Void> runAsync(Runnable task) {
        return supplyAsync(() -> {
            task.run();
            return null;
        });
    }

    @Override
    public <U> CompletableFuture<U> supplyAsync(Supplier<U> task) {
        return this.<U>newIncompleteFuture().completeAsync(task, this);
    }

    @Override
    public ContextService getContextService() {
        return contextService;
    }

    // ---- its life is the container's

    @Override
    public void shutdown() {
        throw managed();
    }

    @Override
    public List<Runnable> shutdownNow() {
        throw managed();
    }

    @Override
    public boolean isShutdown() {
        throw managed();
    }

    @Override
    public boolean isTerminated() {
        throw managed();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
        throw managed();
    }

    private static IllegalStateException managed() {
        return new IllegalStateException(
                "the life of a managed executor is the container's (Jakarta Concurrency §3.1.6)");
    }
}
