// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.TimerService;
import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.TimerState;

/** The timer service of one application. Safe for use by any thread. */
public final class AppTimers implements TimerService {

    private final AppRuntime runtime;

    public AppTimers(AppRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public ServletTimer createTimer(
            SipApplicationSession appSession, long delay, boolean isPersistent, @Nullable Serializable info) {
        return create(appSession, delay, Optional.empty(), false, isPersistent, info);
    }

    @Override
    public ServletTimer createTimer(
            SipApplicationSession appSession,
            long delay,
            long period,
            boolean fixedDelay,
            boolean isPersistent,
            @Nullable Serializable info) {
        if (period <= 0) {
            throw new IllegalArgumentException("the period of a timer of application " + runtime.application()
                    + " must be positive, not " + period + " ms");
        }
        return create(appSession, delay, Optional.of(Duration.ofMillis(period)), fixedDelay, isPersistent, info);
    }

    private ServletTimer create(
            SipApplicationSession appSession,
            long delay,
            Optional<Duration> period,
            boolean fixedDelay,
            boolean persistent,
            @Nullable Serializable info) {
        if (runtime.application().listeners().timer().isEmpty()) {
            throw new IllegalStateException("application " + runtime.application()
                    + " declares no TimerListener, so nobody would be told of the timer");
        }
        if (!(appSession instanceof AppSession session)) {
            throw invalid(appSession);
        }
        if (info != null && runtime.replicates()) {
            ObjectsCheck.check("the info of a timer", info, runtime);
        }
        return session.state().strand().call(() -> {
            if (!session.isValid()) {
                throw invalid(appSession);
            }
            if (info != null && ObjectsOut.isForeign(info)) {
                session.state().gotObjects();
            }
            TimerState timer = TimerState.start(
                    runtime.services().identifiers().tag(),
                    session.state(),
                    Duration.ofMillis(delay),
                    period,
                    fixedDelay,
                    persistent,
                    info,
                    runtime.services().timers(),
                    runtime.services().time(),
                    due -> AppTimer.fire(due, session));
            return AppTimer.of(timer, session);
        });
    }

    private static IllegalStateException invalid(SipApplicationSession session) {
        return new IllegalStateException("application session " + session + " is not valid");
    }
}
