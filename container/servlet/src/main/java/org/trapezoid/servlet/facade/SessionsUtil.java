// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.SipSessionsUtil;
import java.lang.annotation.Annotation;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.ua.Takeover;
import org.trapezoid.sip.header.HeaderName;

/** Finds the sessions of one application (JSR 289 §15.11.2). Safe for use by any thread. */
public final class SessionsUtil implements SipSessionsUtil {

    private final AppRuntime runtime;
    private final SessionRegistry sessions;

    public SessionsUtil(AppRuntime runtime) {
        this.runtime = runtime;
        this.sessions = runtime.services().sessions();
    }

    @Override
    public @Nullable SipApplicationSession getApplicationSessionById(String applicationSessionId) {
        return sessions.appSession(Objects.requireNonNull(applicationSessionId, "session id"))
                .filter(this::isOwn)
                .<SipApplicationSession>map(state -> AppSession.of(state, runtime))
                .orElse(null);
    }

    private boolean isOwn(AppSessionState session) {
        return session.isValid() && session.deployment() == runtime.deployment();
    }

    @Override
    public @Nullable SipApplicationSession getApplicationSessionByKey(String applicationSessionKey, boolean create) {
        Objects.requireNonNull(applicationSessionKey, "session key");
        if (create) {
            return runtime.factory().createApplicationSessionByKey(applicationSessionKey);
        }
        return runtime.keyed()
                .find(applicationSessionKey)
                .<SipApplicationSession>map(state -> AppSession.of(state, runtime))
                .orElse(null);
    }

    @Override
    public @Nullable SipSession getCorrespondingSipSession(SipSession session, String headerName) {
        HeaderName header = HeaderName.of(headerName);
        if (!(session instanceof Session own)
                || !(header.equals(HeaderName.REPLACES) || header.equals(HeaderName.JOIN))) {
            return null;
        }
        Optional<Takeover> takeover =
                own.state().strand().call(own.messages()::first).flatMap(first -> Takeover.of(first.message(), header));
        return takeover.flatMap(this::takenOver)
                .<SipSession>map(state -> Session.of(state, runtime))
                .orElse(null);
    }

    private Optional<SipSessionState> takenOver(Takeover takeover) {
        return sessions.byLocalTag(takeover.reference().localTag())
                .filter(takeover::names)
                .filter(root -> isOwn(root.appSession()))
                .flatMap(root -> root.strand().call(() -> takeover.member(root)));
    }

    @Override
    public Set<String> getSipApplicationSessionIds(String indexKey) {
        return sessions.byIndexKey(runtime.deployment(), indexKey);
    }

    @Override
    public Set<String> getSipApplicationSessionIds() {
        Set<String> ids = new LinkedHashSet<>();
        for (AppSessionState each : sessions.appSessions()) {
            if (isOwn(each)) {
                ids.add(each.id().value());
            }
        }
        return ids;
    }

    @Override
    public @Nullable SipApplicationSession getCurrentApplicationSession() {
        return runtime.current()
                .<SipApplicationSession>map(state -> AppSession.of(state, runtime))
                .orElse(null);
    }

    @Override
    public <T> @Nullable T getManagedBean(Class<T> type, Annotation... qualifiers) {
        return runtime.application()
                .beans()
                .flatMap(beans -> beans.find(type, qualifiers))
                .orElse(null);
    }
}
