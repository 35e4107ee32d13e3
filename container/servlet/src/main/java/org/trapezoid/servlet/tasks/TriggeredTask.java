// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.tasks;

import jakarta.enterprise.concurrent.LastExecution;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.enterprise.concurrent.ManagedTask;
import jakarta.enterprise.concurrent.Trigger;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Timers;

/** A task that a trigger of the application repeats. Its runs do not overlap. */
final class TriggeredTask<V extends @Nullable Object> extends Task<V> {

    private final Object given;
    private final Trigger trigger;
    private final InstantSource time;
    private final Date submitted;
    private final Callable<V> code;
    private volatile Date next = Date.from(Instant.EPOCH);
    private volatile @Nullable Run<V> last;

    /** How a run went. */
    private record Run<V extends @Nullable Object>(
            String identity, @Nullable V result, Instant scheduled, Instant start, Instant end)
            implements LastExecution {
        @Override
        public String getIdentityName() {
            return identity;
        }

        @Override
        public @Nullable Object getResult() {
            return result;
        }

        @Override
        public ZonedDateTime getScheduledStart(ZoneId zone) {
            return scheduled.atZone(zone);
        }

        @Override
        public ZonedDateTime getRunStart(ZoneId zone) {
            return start.atZone(zone);
        }

        @Override
        public ZonedDateTime getRunEnd(ZoneId zone) {
            return end.atZone(zone);
        }
    }

    TriggeredTask(
            ManagedExecutorService executor,
            Object given,
            Callable<V> code,
            Trigger trigger,
            TaskContext context,
            Timers timers,
            InstantSource time) {
        super(executor, given, code, context, timers, Repeat.NEVER, Duration.ZERO);
        this.given = given;
        this.code = code;
        this.trigger = trigger;
        this.time = time;
        this.submitted = Date.from(time.instant());
    }

    /** False if the trigger never fires. */
    boolean begin() {
        Date first = nextTime();
        if (first == null) {
            return false;
        }
        next = first;
        start(until(first));
        return true;
    }

    @SuppressWarnings("NullAway") // there is no last execution before the first
    private @Nullable Date nextTime() {
        return trigger.getNextRunTime(last, submitted);
    }

    @SuppressWarnings("NullAway") // as above
    private boolean skips() {
        return trigger.skipRun(last, next);
    }

    private Duration until(Date when) {
        Duration left = Duration.between(time.instant(), when.toInstant());
        return left.isNegative() ? Duration.ZERO : left;
    }

    @Override
    public void run() {
        if (isDone()) {
            return;
        }
        try {
            if (!skips()) {
                tellStarting();
                Instant start = time.instant();
                V result = code.call();
                String identity = properties(given).getOrDefault(ManagedTask.IDENTITY_NAME, "");
                last = new Run<>(identity, result, next.toInstant(), start, time.instant());
            }
            Date again = nextTime();
            if (again == null) {
                finish();
            } else {
                next = again;
                schedule(until(again).toNanos());
            }
        } catch (Throwable e) { // the application's code; it is not run again
            setException(e);
        }
    }

    @SuppressWarnings("NullAway") // a task that never ran has no result
    private void finish() {
        Run<V> run = last;
        set(run == null ? null : run.result());
    }
}
