// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import java.io.Serializable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.concurrent.Timer;
import org.trapezoid.sip.concurrent.Timers;

/** A timer of an application session (JSR 289 §7). Confined to the session's strand. */
public final class TimerState {
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final String id;
    private final AppSessionState session;
    private final Optional<Duration> period;
    private final boolean fixedDelay;
    private final boolean persistent;
    private @Nullable Serializable info;
    private final Timers timers;
    private final InstantSource time;
    private final Consumer<TimerState> onFire;
    private volatile long dueAt;
    private volatile long firedAt;
    private Timer pending = Timer.NONE;
    private boolean cancelled;
    private @Nullable Object facade;

    private TimerState(
            String id,
            AppSessionState session,
            Optional<Duration> period,
            boolean fixedDelay,
            boolean persistent,
            @Nullable Serializable info,
            Timers timers,
            InstantSource time,
            Consumer<TimerState> onFire) {
        this.id = id;
        this.session = session;
        this.period = period;
        this.fixedDelay = fixedDelay;
        this.persistent = persistent;
        this.info = info;
        this.timers = timers;
        this.time = time;
        this.onFire = onFire;
    }

    /**
     * Starts a timer and adds it to its session.
     *
     * @param onFire called in the core section each time the timer is due; it queues the application's callback and, after
     *     that, calls {@link #fired()}
     */
    public static TimerState start(
            String id,
            AppSessionState session,
            Duration delay,
            Optional<Duration> period,
            boolean fixedDelay,
            boolean persistent,
            @Nullable Serializable info,
            Timers timers,
            InstantSource time,
            Consumer<TimerState> onFire) {
        TimerState timer = new TimerState(id, session, period, fixedDelay, persistent, info, timers, time, onFire);
        session.add(timer);
        timer.schedule(time.millis() + Math.max(0, delay.toMillis()));
        return timer;
    }

    private static final int ID = 1;
    private static final int DUE = 2;
    private static final int PERIOD = 3;
    private static final int FIXED_DELAY = 4;
    private static final int PERSISTENT = 5;

    /** Writes it down, but for its info. */
    public void write(FieldWriter out) {
        out.text(ID, id).number(DUE, dueAt).flag(FIXED_DELAY, fixedDelay).flag(PERSISTENT, persistent);
        period.ifPresent(each -> out.number(PERIOD, each.toMillis()));
    }

    /** Goes on with a timer that another node has started; one that was due meanwhile is due now. */
    public static TimerState restored(
            FieldReader in, AppSessionState session, Timers timers, InstantSource time, Consumer<TimerState> onFire) {
        long period = in.number(PERIOD);
        TimerState timer = new TimerState(
                in.requiredText(ID),
                session,
                period > 0 ? Optional.of(Duration.ofMillis(period)) : Optional.empty(),
                in.flag(FIXED_DELAY),
                in.flag(PERSISTENT),
                null,
                timers,
                time,
                onFire);
        session.add(timer);
        timer.schedule(in.number(DUE));
        return timer;
    }

    public String id() {
        return id;
    }

    public AppSessionState session() {
        return session;
    }

    public @Nullable Serializable info() {
        return info;
    }

    /** Of a timer that was restored. */
    public void info(Serializable restored) {
        info = restored;
    }

    public boolean isPersistent() {
        return persistent;
    }

    /** When it is due, or was due when its callback runs; milliseconds since the epoch. */
    public long scheduledAt() {
        return firedAt == 0 ? dueAt : firedAt;
    }

    /** When it is due next; in the past for one that fired and does not repeat. Milliseconds since the epoch. */
    public long dueAt() {
        return dueAt;
    }

    public boolean isCancelled() {
        return cancelled;
    }

    /** Idempotent. */
    public void cancel() {
        cancelled = true;
        pending.cancel();
        session.remove(this);
    }

    /** After the callback of one expiry: a timer with a fixed delay starts its next period, one without a period ends. */
    public void fired() {
        if (cancelled) {
            return;
        }
        if (period.isEmpty()) {
            session.remove(this);
        } else if (fixedDelay) {
            schedule(time.millis() + period.get().toMillis());
        }
    }

    /** The callback of one expiry could not be queued: it is tried again, unless the next one of a fixed rate comes anyway. */
    public void missed() {
        if (!cancelled && (period.isEmpty() || fixedDelay)) {
            pending = timers.schedule(session, RETRY, this::onExpiry);
        }
    }

    private void schedule(long at) {
        dueAt = at;
        session.changed();
        pending = timers.schedule(session, Duration.ofMillis(Math.max(0, at - time.millis())), this::onExpiry);
    }

    private void onExpiry() {
        if (cancelled || !session.isValid()) {
            return;
        }
        firedAt = dueAt;
        if (period.isPresent() && !fixedDelay) {
            schedule(dueAt + period.get().toMillis()); // fixed rate: from the time it was due, not from the callback
        }
        onFire.accept(this);
    }

    public @Nullable Object facade() {
        return facade;
    }

    public void facade(Object newFacade) {
        facade = newFacade;
    }
}
