// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SessionKeepAlive;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.ua.SessionTimer;
import org.trapezoid.sip.concurrent.Strand;

/** The session timer of one session as its application sees it (JSR 359). Safe for use by any thread. */
final class KeepAliveView implements SessionKeepAlive {

    private static final String REFRESH = "refresh";
    private static final String EXPIRY = "expiry";

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
        changed(callback);
    }

    @Override
    public @Nullable Callback getRefreshCallback() {
        return refresh;
    }

    @Override
    public void setExpiryCallback(@Nullable Callback callback) {
        expiry = callback;
        changed(callback);
    }

    /** The callbacks are written down with the session. */
    private void changed(@Nullable Callback callback) {
        AppSessionState owner = session.state().appSession();
        if (callback != null) {
            owner.gotObjects();
        }
        Strand.run(owner, owner::changed);
    }

    /** The callbacks by their names here. */
    Map<String, Object> callbacks() {
        Map<String, Object> callbacks = new LinkedHashMap<>(4);
        Callback onRefresh = refresh;
        Callback onExpiry = expiry;
        if (onRefresh != null) {
            callbacks.put(REFRESH, onRefresh);
        }
        if (onExpiry != null) {
            callbacks.put(EXPIRY, onExpiry);
        }
        return callbacks;
    }

    void restore(Map<String, Object> callbacks) {
        refresh = callbacks.get(REFRESH) instanceof Callback callback ? callback : null;
        expiry = callbacks.get(EXPIRY) instanceof Callback callback ? callback : null;
    }

    @Override
    public @Nullable Callback getExpiryCallback() {
        return expiry;
    }
}
