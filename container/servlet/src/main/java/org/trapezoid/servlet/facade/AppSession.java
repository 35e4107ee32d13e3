// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.http.HttpSession;
import jakarta.servlet.sip.ServletTimer;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipSession;
import jakarta.servlet.sip.URI;
import java.net.MalformedURLException;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.app.PathParameter;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.session.TimerState;

/** An application session (JSR 289 §6.1). Safe for use by any thread: enters the core section of its strand. */
final class AppSession implements SipApplicationSession, BoundAttributes {

    private final AppSessionState state;
    private final AppRuntime runtime;
    private final Binding<SipApplicationSession> binding;

    private AppSession(AppSessionState state, AppRuntime runtime) {
        this.state = state;
        this.runtime = runtime;
        this.binding = new Binding<>(
                runtime, this, state, state.attributes(), state.id().value(), state::isValid);
    }

    /** The facade of the state, always the same one. */
    static AppSession of(AppSessionState state, AppRuntime runtime) {
        return state.strand().call(() -> {
            if (!(state.facade() instanceof AppSession)) {
                state.facade(new AppSession(state, runtime));
            }
            return (AppSession) Objects.requireNonNull(state.facade());
        });
    }

    AppSessionState state() {
        return state;
    }

    AppRuntime runtime() {
        return runtime;
    }

    /** It was invalidated; its listeners, who are told now, may still read it. In its callback queue. */
    void end(Runnable listeners) {
        binding.end(listeners);
    }

    private void requireReadable() {
        if (!binding.isEnding()) {
            requireValid();
        }
    }

    private <T> T valid(Supplier<T> core) {
        return state.strand().call(() -> {
            requireValid();
            return core.get();
        });
    }

    private void requireValid() {
        if (!state.isValid()) {
            throw new IllegalStateException(
                    "application session " + state.id() + " (application " + state.application() + ") was invalidated");
        }
    }

    @Override
    public long getCreationTime() {
        requireReadable();
        return state.createdAt();
    }

    @Override
    public long getLastAccessedTime() {
        return state.lastAccessedAt();
    }

    @Override
    public long getExpirationTime() {
        requireValid();
        return Lifecycle.expiry(state)
                .map(at -> at <= runtime.now() ? Long.MIN_VALUE : at)
                .orElse(0L);
    }

    @Override
    public String getId() {
        return state.id().value();
    }

    @Override
    public String getApplicationName() {
        return state.application();
    }

    @Override
    public int setExpires(int deltaMinutes) {
        return valid(() -> Lifecycle.expires(runtime, state, deltaMinutes));
    }

    @Override
    public void invalidate() {
        valid(() -> {
            Lifecycle.invalidate(runtime, state);
            return true;
        });
    }

    @Override
    public boolean isReadyToInvalidate() {
        return valid(state::isReady);
    }

    @Override
    public void setInvalidateWhenReady(boolean invalidateWhenReady) {
        valid(() -> {
            state.invalidateWhenReady(invalidateWhenReady);
            return true;
        });
    }

    @Override
    public boolean getInvalidateWhenReady() {
        requireValid();
        return state.invalidateWhenReady();
    }

    @Override
    public Iterator<?> getSessions() {
        return getSessionSet().iterator();
    }

    @Override
    public Set<?> getSessionSet() {
        return valid(() -> {
            Set<Object> sessions = new LinkedHashSet<>(sipSessions());
            sessions.addAll(state.httpSessions());
            return sessions;
        });
    }

    private Set<SipSession> sipSessions() {
        return valid(() -> {
            Set<SipSession> sessions = new LinkedHashSet<>();
            for (SipSessionState each : state.sipSessions()) {
                sessions.add(Session.of(each, runtime));
            }
            return sessions;
        });
    }

    @Override
    public Iterator<?> getSessions(String protocol) {
        return getSessionSet(protocol).iterator();
    }

    @Override
    public Set<?> getSessionSet(String protocol) {
        return switch (Objects.requireNonNull(protocol, "protocol")) {
            case "SIP" -> sipSessions();
            case "HTTP" -> new LinkedHashSet<>(valid(state::httpSessions));
            default -> throw new IllegalArgumentException("protocol must be SIP or HTTP, not " + protocol);
        };
    }

    @Override
    public @Nullable SipSession getSipSession(String id) {
        Objects.requireNonNull(id, "session id");
        for (SipSession each : sipSessions()) {
            if (each.getId().equals(id)) {
                return each;
            }
        }
        return null;
    }

    @Override
    public @Nullable Object getSession(String id, Protocol protocol) {
        Objects.requireNonNull(id, "session id");
        return switch (Objects.requireNonNull(protocol, "protocol")) {
            case SIP -> getSipSession(id);
            case HTTP -> httpSession(id);
        };
    }

    /** Not looked for in the core section: an HTTP session has a lock of its own. */
    private @Nullable HttpSession httpSession(String id) {
        for (Object each : valid(state::httpSessions)) {
            if (each instanceof HttpSession session && session.getId().equals(id)) {
                return session;
            }
        }
        return null;
    }

    @Override
    @Deprecated
    public void encodeURI(URI uri) {
        requireValid();
        if (!uri.isSipURI()) {
            throw new IllegalArgumentException("only sip and sips URIs can be encoded, not " + uri);
        }
        uri.setParameter(AppRuntime.ENCODED_ID, getId());
    }

    @Override
    public URL encodeURL(URL url) {
        requireValid();
        try {
            return new URL(PathParameter.add(url.toString(), AppRuntime.ENCODED_ID, getId()));
        } catch (MalformedURLException e) {
            throw new IllegalArgumentException("cannot encode " + url, e);
        }
    }

    @Override
    public Collection<ServletTimer> getTimers() {
        return valid(() -> {
            List<ServletTimer> timers = new ArrayList<>();
            for (TimerState each : state.timers()) {
                timers.add(AppTimer.of(each, this));
            }
            return timers;
        });
    }

    @Override
    public @Nullable ServletTimer getTimer(String id) {
        return valid(() -> state.timer(id).<ServletTimer>map(timer -> AppTimer.of(timer, this)))
                .orElse(null);
    }

    @Override
    @SuppressWarnings("rawtypes") // the API's own signature
    public Set<Future> getTaskFutures() {
        return valid(() -> Set.copyOf(runtime.tasks().of(state)));
    }

    @Override
    @SuppressWarnings("rawtypes")
    public @Nullable Future getTaskFuture(String identityName) {
        requireValid();
        Set<? extends Future> named = runtime.tasks().named(state, identityName);
        if (named.size() > 1) {
            throw new IllegalArgumentException(
                    named.size() + " tasks of session " + getId() + " have the name " + identityName);
        }
        return named.isEmpty() ? null : named.iterator().next();
    }

    @Override
    public boolean isValid() {
        return state.isValid();
    }

    @Override
    public void addIndexKey(String indexKey) {
        valid(() -> runtime.services().sessions().addIndexKey(indexKey, state));
    }

    @Override
    public void removeIndexKey(String indexKey) {
        valid(() -> runtime.services().sessions().removeIndexKey(indexKey, state));
    }

    @Override
    public Set<String> getIndexKeys() {
        return valid(() -> Set.copyOf(state.indexKeys()));
    }

    @Override
    public Binding<SipApplicationSession> binding() {
        return binding;
    }

    @Override
    @Deprecated
    public Iterator<String> getAttributeNames() {
        return binding.names().iterator();
    }

    @Override
    public String toString() {
        return state.toString();
    }
}
