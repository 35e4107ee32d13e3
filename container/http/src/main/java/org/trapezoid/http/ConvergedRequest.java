// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.sip.SipApplicationSession;
import java.util.Optional;
import org.eclipse.jetty.ee11.servlet.ServletChannel;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.ee11.servlet.ServletContextResponse;
import org.eclipse.jetty.ee11.servlet.ServletHandler;
import org.eclipse.jetty.http.HttpCookie;
import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Session;
import org.eclipse.jetty.session.AbstractSessionManager;
import org.eclipse.jetty.session.ManagedSession;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP request of an application. One whose URL names an application session ({@code SipApplicationSession.encodeURL}) ties
 * its HTTP session to that one: the one that the browser brings at once, a new one when it is made. Used by one thread at a time.
 */
final class ConvergedRequest extends ServletContextRequest {

    private final ConvergedSessions sessions;
    private Optional<SipApplicationSession> named = Optional.empty();
    private boolean sessionHidden;

    ConvergedRequest(
            ServletContextHandler.ServletContextApi context,
            ServletChannel channel,
            Request request,
            Response response,
            String decodedPathInContext,
            MatchedResource<ServletHandler.MappedServlet> matched,
            ConvergedSessions sessions) {
        super(context, channel, request, response, decodedPathInContext, matched, sessions);
        this.sessions = sessions;
    }

    @Override
    public void setRequestedSession(AbstractSessionManager.RequestedSession requested) {
        super.setRequestedSession(requested);
        named = sessions.named(getHttpURI().getPath());
        tie(requested.session());
    }

    @Override
    public @Nullable Session getSession(boolean create) {
        if (sessionHidden) {
            return null;
        }
        Session session = super.getSession(create);
        tie(session);
        return session;
    }

    private void tie(@Nullable Session session) {
        if (named.isPresent()
                && session instanceof ManagedSession managed
                && managed.getApi() instanceof ConvergedSession converged) {
            converged.tie(named.get());
            named = Optional.empty();
        }
    }

    @Override
    protected ServletContextResponse newServletContextResponse(Response response) {
        return new ConvergedResponse(response);
    }

    /** Jetty puts the cookie of a new session back after {@code reset}, but knows only its own kind of session. */
    private final class ConvergedResponse extends ServletContextResponse {
        ConvergedResponse(Response response) {
            super(getServletChannel(), ConvergedRequest.this, response);
        }

        @Override
        public void reset() {
            sessionHidden = true;
            try {
                super.reset();
            } finally {
                sessionHidden = false;
            }
            if (getSession(false) instanceof ManagedSession session && session.isNew()) {
                HttpCookie cookie = sessions.getSessionCookie(session, isSecure());
                if (cookie != null) {
                    Response.putCookie(getWrapped(), cookie);
                }
            }
        }
    }
}
