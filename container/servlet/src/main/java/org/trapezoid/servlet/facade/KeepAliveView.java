// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SessionKeepAlive;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.ua.SessionTimer;

/** The session timer of one session as its application sees it (JSR 359). Safe for use by any thread. */
final class KeepAliveView implements SessionKeepAlive {

    private final Session session;
    private volatile @Nullable Callback refresh;
    private volatile @Nullable Callback expiry;

    KeepAliveView(Session session) {
        this.session = session;
    }

    private long timer(ToLongFunction<SessionTimer> value) {
        return session.state().strand().call(() -> {
            Optional<SessionTimer> timer =
                    session.upkeep().callTimer().map(CallTimer::timer).filter(SessionTimer::isRunning);
            return timer.isPresent() ? value.applyAsLong(timer.get()) : -1L;
        });
    }

    @Override
    public boolean isRefresher() {
        return timer(running -> running.isRefresher() ? 1 : 0) == 1;
    }

    @Override
    public int getExpirationInterval() {
        return (int) timer(SessionTimer::interval);
    }

    @Override
    public long getLastExpirationTime() {
        return timer(running -> session.now() - running.elapsed().toMillis());
    }

    @Override
    public long getRemainingTime() {
        return timer(running -> {
            long whole = running.isRefresher() ? running.interval() / 2 : running.interval();
            return Math.max(0, whole - running.elapsed().toSeconds());
        });
    }

    @Override
    public void setRefreshCallback(@Nullable Callback callback) {
        refresh = callback;
    }

    @Override
    public @Nullable Callback getRefreshCallback() {
        return refresh;
    }

    @Override
    public void setExpiryCallback(@Nullable Callback callback) {
        expiry = callback;
    }

    @Override
    public @Nullable Callback getExpiryCallback() {
        return expiry;
    }
}
