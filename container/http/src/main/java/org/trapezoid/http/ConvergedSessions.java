// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.sip.SipApplicationSession;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.ee11.servlet.SessionHandler;
import org.eclipse.jetty.server.Session;
import org.eclipse.jetty.session.ManagedSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.app.ApplicationSessions;
import org.trapezoid.servlet.app.PathParameter;

/**
 * The HTTP sessions of one application, and with what application sessions they may be joined. Safe for use by any thread.
 */
final class ConvergedSessions extends SessionHandler {

    private static final Logger log = LoggerFactory.getLogger(ConvergedSessions.class);

    /** As in other servlet containers; web.xml may say otherwise. */
    private static final int DEFAULT_TIMEOUT_SECONDS = 30 * 60;

    private final UnaryOperator<String> origins;
    private volatile Optional<ApplicationSessions> sessions = Optional.empty();

    /** @param origins the URL of this server, up to its port, for a scheme */
    ConvergedSessions(UnaryOperator<String> origins) {
        this.origins = origins;
        setMaxInactiveInterval(DEFAULT_TIMEOUT_SECONDS);
    }

    /** Set while the context starts. */
    void sessions(Optional<ApplicationSessions> joined) {
        sessions = joined;
    }

    ApplicationSessions sessions() {
        return sessions.orElseThrow(() ->
                new IllegalStateException("there are no SIP servlets in this archive, hence no application sessions"));
    }

    String sessionParameter() {
        return getSessionIdPathParameterName();
    }

    String origin(String scheme) {
        return origins.apply(scheme);
    }

    @Override
    public Session.API newSessionAPIWrapper(ManagedSession session) {
        return new ConvergedSession(session, this);
    }

    /** The application session that a URL names, if it is one of this application. */
    Optional<SipApplicationSession> named(@Nullable String path) {
        return sessions.isPresent() && path != null && path.indexOf(';') >= 0
                ? PathParameter.value(path, sessions.get().parameter()).flatMap(sessions.get()::find)
                : Optional.empty();
    }

    /** Expires it now, not minutes later with all others: its application session may wait for it. Listeners may block. */
    @Override
    public void sessionTimerExpired(ManagedSession session, long now) {
        if (!session.isExpiredAt(now)) {
            super.sessionTimerExpired(session, now);
            return;
        }
        getServer().getThreadPool().execute(() -> {
            if (session.getRequests() == 0 && session.isExpiredAt(now)) {
                invalidateQuietly(session.getId());
            }
        });
    }

    private void invalidateQuietly(String id) {
        try {
            invalidate(id);
        } catch (Exception e) { // Jetty declares no better one
            log.warn("HTTP session {} did not expire in order", id, e);
        }
    }

    @Override
    public void onSessionDestroyed(Session session) {
        try {
            super.onSessionDestroyed(session);
        } finally {
            if (session.getApi() instanceof ConvergedSession converged) {
                converged.ended();
            }
        }
    }
}
