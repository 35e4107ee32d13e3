// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.sip.ConvergedHttpSession;
import jakarta.servlet.sip.SipApplicationSession;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.SessionHandler;
import org.eclipse.jetty.server.Session;
import org.eclipse.jetty.session.ManagedSession;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.app.ApplicationSessions;
import org.trapezoid.servlet.app.PathParameter;

/**
 * An HTTP session of an application (JSR 289 §13.4), over Jetty's. It belongs to at most one application session at a time; one
 * is made when the application asks for it. When one of the two ends, the other lives on. Safe for use by any thread; the lock
 * guards to which application session it belongs, and is taken before the core section of that session, never in one.
 */
final class ConvergedSession implements ConvergedHttpSession, Session.API {

    private final ManagedSession session;
    private final ConvergedSessions converged;
    private final ReentrantLock lock = new ReentrantLock();
    private Optional<SipApplicationSession> application = Optional.empty();
    private boolean ended;

    ConvergedSession(ManagedSession session, ConvergedSessions converged) {
        this.session = session;
        this.converged = converged;
    }

    @Override
    public SipApplicationSession getApplicationSession() {
        ApplicationSessions sessions = converged.sessions();
        lock.lock();
        try {
            if (ended) {
                throw new IllegalStateException("the HTTP session " + getId() + " was invalidated");
            }
            if (application.isEmpty() || !application.get().isValid()) {
                SipApplicationSession made = sessions.create();
                sessions.attach(made, this);
                application = Optional.of(made);
            }
            return application.get();
        } finally {
            lock.unlock();
        }
    }

    /** From now on it belongs to this application session: that of the URL by which the browser came (§13.4.2). */
    void tie(SipApplicationSession to) {
        ApplicationSessions sessions = converged.sessions();
        lock.lock();
        try {
            if (ended || (application.isPresent() && application.get().equals(to)) || !sessions.attach(to, this)) {
                return;
            }
            application.ifPresent(former -> sessions.detach(former, this));
            application = Optional.of(to);
        } finally {
            lock.unlock();
        }
    }

    /** It was invalidated or has expired. */
    void ended() {
        lock.lock();
        try {
            ended = true;
            application.ifPresent(former -> converged.sessions().detach(former, this));
            application = Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String encodeURL(String url) {
        return PathParameter.add(url, converged.sessionParameter(), session.getExtendedId());
    }

    @Override
    public String encodeURL(String relativePath, String scheme) {
        String slash = relativePath.startsWith("/") ? "" : "/";
        return encodeURL(converged.origin(scheme) + getServletContext().getContextPath() + slash + relativePath);
    }

    // ---- as in any HTTP session

    @Override
    public ManagedSession getSession() {
        return session;
    }

    @Override
    public long getCreationTime() {
        return session.getCreationTime();
    }

    @Override
    public String getId() {
        return session.getId();
    }

    @Override
    public long getLastAccessedTime() {
        return session.getLastAccessedTime();
    }

    @Override
    public ServletContext getServletContext() {
        return ServletContextHandler.getServletContext(
                session.getSessionManager().getContext());
    }

    @Override
    public void setMaxInactiveInterval(int interval) {
        session.setMaxInactiveInterval(interval);
    }

    @Override
    public int getMaxInactiveInterval() {
        return session.getMaxInactiveInterval();
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return session.getAttribute(name);
    }

    @Override
    public Enumeration<String> getAttributeNames() {
        return Collections.enumeration(session.getAttributeNameSet());
    }

    @Override
    public void setAttribute(String name, @Nullable Object value) {
        session.setAttribute(name, value);
    }

    @Override
    public void removeAttribute(String name) {
        session.removeAttribute(name);
    }

    @Override
    public void invalidate() {
        session.invalidate();
    }

    @Override
    public boolean isNew() {
        return session.isNew();
    }

    @Override
    public HttpSession.Accessor getAccessor() {
        return new SessionHandler.SessionAccessor(session);
    }
}
