// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipApplicationSessionListener;
import jakarta.servlet.sip.SipSessionEvent;
import jakarta.servlet.sip.SipSessionListener;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.concurrent.Timer;

/**
 * Begin and end of sessions: expiry, readiness, invalidation, and who is told (JSR 289 §6.1.2, §6.2.4). Methods are called in
 * the core section of the session.
 */
final class Lifecycle {
    private static final Duration RETRY = Duration.ofSeconds(1);

    private Lifecycle() {}

    /** A new application session: listeners told, expiry timer started. */
    static void begin(AppRuntime runtime, AppSessionState session) {
        runtime.application().settings().sessionTimeout().ifPresent(timeout -> expireIn(runtime, session, timeout));
        List<SipApplicationSessionListener> listeners =
                runtime.application().listeners().applicationSession();
        if (!listeners.isEmpty()) {
            SipApplicationSessionEvent event = new SipApplicationSessionEvent(AppSession.of(session, runtime));
            session.strand()
                    .callback(() -> tell(runtime, session, listeners, listener -> listener.sessionCreated(event)));
        }
    }

    static void created(AppRuntime runtime, SipSessionState session) {
        List<SipSessionListener> listeners = runtime.application().listeners().sipSession();
        if (!listeners.isEmpty()) {
            SipSessionEvent event = new SipSessionEvent(Session.of(session, runtime));
            session.strand()
                    .callback(() -> tell(runtime, session, listeners, listener -> listener.sessionCreated(event)));
        }
    }

    private static void tell(
            AppRuntime runtime,
            AppSessionState session,
            List<SipApplicationSessionListener> listeners,
            Consumer<SipApplicationSessionListener> event) {
        runtime.inSession(session, () -> runtime.application()
                .notify(listeners, session.id().value(), event));
    }

    private static void tell(
            AppRuntime runtime,
            SipSessionState session,
            List<SipSessionListener> listeners,
            Consumer<SipSessionListener> event) {
        runtime.inSession(session.appSession(), () -> runtime.application().notify(listeners, session.callId(), event));
    }

    static void expireIn(AppRuntime runtime, AppSessionState session, Duration delay) {
        Timer timer = runtime.services()
                .timers()
                .schedule(session, delay, () -> session.whenHere(() -> onExpiry(runtime, session)));
        session.expiresAt(runtime.now() + delay.toMillis(), timer);
    }

    private static void onExpiry(AppRuntime runtime, AppSessionState session) {
        if (!session.isValid()) {
            return;
        }
        List<SipApplicationSessionListener> listeners =
                runtime.application().listeners().applicationSession();
        if (listeners.isEmpty()) {
            invalidate(runtime, session);
            return;
        }
        long due = session.expiresAt();
        SipApplicationSessionEvent event = new SipApplicationSessionEvent(AppSession.of(session, runtime));
        boolean queued = session.strand().callback(() -> {
            if (!session.isValid() || session.expiresAt() != due) {
                return;
            }
            tell(runtime, session, listeners, listener -> listener.sessionExpired(event));
            session.strand().run(() -> {
                if (session.isValid() && session.expiresAt() == due) { // nobody extended it
                    invalidate(runtime, session);
                }
            });
        });
        if (!queued) {
            session.expiresAt(
                    due,
                    runtime.services()
                            .timers()
                            .schedule(session, RETRY, () -> session.whenHere(() -> onExpiry(runtime, session))));
        }
    }

    /** Ends what has become ready, after a callback or the end of a transaction. */
    static void settle(AppRuntime runtime, AppSessionState session) {
        if (!session.isValid()) {
            return;
        }
        List<SipSessionState> ready = null;
        for (SipSessionState each : session.sipSessions()) {
            if (each.invalidateWhenReady() && each.isReady()) {
                ready = List.copyOf(session.sipSessions());
                break;
            }
        }
        boolean whole = session.invalidateWhenReady() && session.isReady();
        if (ready != null) {
            List<SipSessionListener> listeners =
                    runtime.application().listeners().sipSession();
            if (listeners.isEmpty()) {
                for (SipSessionState each : ready) {
                    if (each.invalidateWhenReady() && each.isReady()) {
                        invalidate(runtime, each);
                    }
                }
            } else {
                offerInvalidation(runtime, session, listeners, ready);
                return; // the application session is looked at after the listeners were asked
            }
        }
        if (whole) {
            offerInvalidation(runtime, session);
        }
    }

    private static void offerInvalidation(
            AppRuntime runtime,
            AppSessionState appSession,
            List<SipSessionListener> listeners,
            List<SipSessionState> candidates) {
        appSession.strand().callback(() -> {
            for (SipSessionState each : candidates) {
                if (!each.isValid() || !each.strand().call(() -> each.invalidateWhenReady() && each.isReady())) {
                    continue;
                }
                SipSessionEvent event = new SipSessionEvent(Session.of(each, runtime));
                tell(runtime, each, listeners, listener -> listener.sessionReadyToInvalidate(event));
                appSession.strand().run(() -> {
                    if (each.isValid() && each.invalidateWhenReady() && each.isReady()) {
                        invalidate(runtime, each);
                    }
                });
            }
            appSession.strand().run(() -> {
                if (appSession.isValid() && appSession.invalidateWhenReady() && appSession.isReady()) {
                    offerInvalidation(runtime, appSession);
                }
            });
        });
    }

    private static void offerInvalidation(AppRuntime runtime, AppSessionState session) {
        List<SipApplicationSessionListener> listeners =
                runtime.application().listeners().applicationSession();
        if (listeners.isEmpty()) {
            invalidate(runtime, session);
            return;
        }
        SipApplicationSessionEvent event = new SipApplicationSessionEvent(AppSession.of(session, runtime));
        session.strand().callback(() -> {
            if (!session.isValid()) {
                return;
            }
            tell(runtime, session, listeners, listener -> listener.sessionReadyToInvalidate(event));
            session.strand().run(() -> {
                if (session.isValid() && session.invalidateWhenReady() && session.isReady()) {
                    invalidate(runtime, session);
                }
            });
        });
    }

    /** Ends a SIP session: attributes unbound, listeners told, forgotten. */
    static void invalidate(AppRuntime runtime, SipSessionState session) {
        if (session.isValid() && session.hasTransactions()) {
            Session.of(session, runtime).messages().abandon();
        }
        if (!session.isValid()) {
            return;
        }
        session.invalidated();
        if (session.facade() instanceof Session facade) {
            facade.upkeep().stopTimer();
        }
        runtime.services().sessions().remove(session);
        List<SipSessionListener> listeners = runtime.application().listeners().sipSession();
        boolean bound = !session.attributes().names().isEmpty();
        if (!listeners.isEmpty() || bound) {
            Session facade = Session.of(session, runtime);
            SipSessionEvent event = new SipSessionEvent(facade);
            session.strand()
                    .callback(() -> runtime.inSession(
                            session.appSession(),
                            () -> facade.end(() -> runtime.application()
                                    .notify(
                                            listeners,
                                            session.callId(),
                                            listener -> listener.sessionDestroyed(event)))));
        }
    }

    /** Ends an application session with all that it holds. */
    static void invalidate(AppRuntime runtime, AppSessionState session) {
        if (!session.isValid()) {
            return;
        }
        for (SipSessionState each : List.copyOf(session.sipSessions())) {
            invalidate(runtime, each);
        }
        session.invalidated();
        runtime.services().sessions().remove(session);
        runtime.tasks().ended(session);
        List<SipApplicationSessionListener> listeners =
                runtime.application().listeners().applicationSession();
        boolean bound = !session.attributes().names().isEmpty();
        if (!listeners.isEmpty() || bound) {
            AppSession facade = AppSession.of(session, runtime);
            SipApplicationSessionEvent event = new SipApplicationSessionEvent(facade);
            session.strand()
                    .callback(() -> runtime.inSession(
                            session,
                            () -> facade.end(() -> runtime.application()
                                    .notify(
                                            listeners,
                                            session.id().value(),
                                            listener -> listener.sessionDestroyed(event)))));
        }
    }

    /** The granted lifetime in minutes. */
    static int expires(AppRuntime runtime, AppSessionState session, int minutes) {
        if (minutes <= 0) {
            session.expiresAt(AppSessionState.NEVER, Timer.NONE);
            return Integer.MAX_VALUE;
        }
        expireIn(runtime, session, Duration.ofMinutes(minutes));
        return minutes;
    }

    /** Milliseconds as {@code getExpirationTime} gives them. */
    static Optional<Long> expiry(AppSessionState session) {
        return session.expiresAt() == AppSessionState.NEVER ? Optional.empty() : Optional.of(session.expiresAt());
    }
}
