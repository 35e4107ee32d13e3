// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.tasks;

import jakarta.enterprise.concurrent.AbortedException;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedTask;
import jakarta.enterprise.concurrent.ManagedTaskListener;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Delayed;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.Timers;

/** A task of a managed executor, once or again and again. Safe for use by any thread. */
class Task<V extends @Nullable Object> extends FutureTask<V> implements ScheduledFuture<V> {

    private static final Logger log = LoggerFactory.getLogger(Task.class);

    /** When it runs again. */
    enum Repeat {
        NEVER,
        AT_RATE,
        WITH_DELAY
    }

    private final ManagedExecutorService executor;
    private final Object given;
    private final TaskContext context;
    private final Timers timers;
    private final Repeat repeat;
    private final long period;
    private volatile long due;
    private volatile Timer timer = Timer.NONE;
    private volatile @Nullable Throwable thrown;

    Task(
            ManagedExecutorService executor,
            Object given,
            Callable<V> code,
            TaskContext context,
            Timers timers,
            Repeat repeat,
            Duration period) {
        super(code);
        this.executor = executor;
        this.given = given;
        this.context = context;
        this.timers = timers;
        this.repeat = repeat;
        this.period = period.toNanos();
    }

    /** The properties of a task that has some. */
    static Map<String, String> properties(Object task) {
        Map<String, String> properties = task instanceof ManagedTask managed ? managed.getExecutionProperties() : null;
        return properties == null ? Map.of() : properties;
    }

    void start(Duration delay) {
        context.submitted(this, properties(given).getOrDefault(ManagedTask.IDENTITY_NAME, ""));
        tell((listener, future) -> listener.taskSubmitted(future, executor, given));
        if (delay.isZero() || delay.isNegative()) {
            due = timers.nanoTime();
            queue(true);
        } else {
            schedule(delay.toNanos());
        }
    }

    void schedule(long nanos) {
        due = timers.nanoTime() + nanos;
        context.strand().run(() -> {
            if (!isDone()) {
                timer = timers.schedule(context.strand(), Duration.ofNanos(nanos), () -> queue(false));
            }
        });
    }

    private void queue(boolean submitting) {
        if (isDone() || context.queue(this)) {
            return;
        }
        RejectedExecutionException refused =
                new RejectedExecutionException("the session of the task has ended, or too much waits for it");
        if (submitting) {
            abort(refused);
            throw refused;
        }
        context.aside(() -> abort(refused)); // this is the core section of a timer, and listeners are the application's
    }

    private void abort(Throwable cause) {
        thrown = cause;
        super.cancel(false);
    }

    @Override
    public void run() {
        if (isDone()) {
            return;
        }
        tellStarting();
        if (repeat == Repeat.NEVER) {
            super.run();
        } else if (runAndReset()) {
            long now = timers.nanoTime();
            schedule(repeat == Repeat.AT_RATE ? Math.max(0, due + period - now) : period);
        }
    }

    @Override
    protected void setException(Throwable cause) {
        thrown = cause;
        super.setException(cause);
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean cancelled = super.cancel(mayInterruptIfRunning);
        context.strand().run(() -> timer.cancel());
        return cancelled;
    }

    /** Of FutureTask: called once, however it ended. */
    @Override
    protected void done() {
        context.done(this);
        Throwable cause = thrown;
        if (isCancelled()) {
            tell((listener, future) -> listener.taskAborted(
                    future,
                    executor,
                    given,
                    cause == null ? new CancellationException() : new AbortedException(cause.getMessage(), cause)));
        } else if (cause != null) {
            log.debug("a managed task threw", cause);
        }
        tell((listener, future) -> listener.taskDone(
                future, executor, given, cause == null && isCancelled() ? new CancellationException() : cause));
    }

    final void tellStarting() {
        tell((listener, future) -> listener.taskStarting(future, executor, given));
    }

    private interface Event {
        void tell(ManagedTaskListener listener, Task<?> task);
    }

    @SuppressWarnings("NullAway") // the listener is told of no exception by null
    private void tell(Event event) {
        Optional<ManagedTaskListener> listener = given instanceof ManagedTask managed
                ? Optional.ofNullable(managed.getManagedTaskListener())
                : Optional.empty();
        listener.ifPresent(each -> context.apply(() -> {
            try {
                event.tell(each, this);
            } catch (Throwable e) { // the application's code
                log.warn("{} threw", each.getClass().getName(), e);
            }
        }));
    }

    @Override
    public long getDelay(TimeUnit unit) {
        return unit.convert(due - timers.nanoTime(), TimeUnit.NANOSECONDS);
    }

    @Override
    public int compareTo(Delayed other) {
        return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }
}
