// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.TimerState;

/** A timer of an application (JSR 289 §7). Safe for use by any thread. */
final class AppTimer implements ServletTimer {

    private final TimerState state;
    private final AppSession session;

    private AppTimer(TimerState state, AppSession session) {
        this.state = state;
        this.session = session;
    }

    /** The facade of the state, always the same one. In the core section. */
    static AppTimer of(TimerState state, AppSession session) {
        if (!(state.facade() instanceof AppTimer)) {
            state.facade(new AppTimer(state, session));
        }
        return (AppTimer) Objects.requireNonNull(state.facade());
    }

    /** The timer is due: the listeners are called, then it ends or goes on. In the core section. */
    static void fire(TimerState state, AppSession session) {
        session.state().whenHere(() -> call(state, session));
    }

    private static void call(TimerState state, AppSession session) {
        AppRuntime runtime = session.runtime();
        AppTimer timer = of(state, session);
        boolean queued = runtime.callback(session.state(), () -> {
            if (session.isValid() && !state.isCancelled()) {
                runtime.application()
                        .notify(
                                runtime.application().listeners().timer(),
                                session.getId(),
                                listener -> listener.timeout(timer));
            }
            session.state().strand().run(state::fired);
        });
        if (!queued) {
            state.missed();
        }
    }

    @Override
    public String getId() {
        return state.id();
    }

    @Override
    public SipApplicationSession getApplicationSession() {
        return session;
    }

    @Override
    public @Nullable Serializable getInfo() {
        return state.info();
    }

    @Override
    public long scheduledExecutionTime() {
        return state.scheduledAt();
    }

    @Override
    public void cancel() {
        session.state().strand().run(() -> {
            state.cancel();
            session.runtime().settle(session.state());
        });
    }

    @Override
    public long getTimeRemaining() {
        return state.dueAt() - session.runtime().now();
    }
}
