// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.cdi.bridge;

import jakarta.enterprise.context.ContextNotActiveException;
import jakarta.enterprise.context.spi.AlterableContext;
import jakarta.enterprise.context.spi.Contextual;
import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.annotation.SipApplicationSessionScoped;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The scope of an application session: active while a callback or a managed task of it runs. Safe for use by any thread. */
final class SessionContext implements AlterableContext {

    private final Supplier<@Nullable SipApplicationSession> current;
    private final Map<String, Instances> instances = new ConcurrentHashMap<>();

    /** @param current the session that is being called on this thread */
    SessionContext(Supplier<@Nullable SipApplicationSession> current) {
        this.current = current;
    }

    @Override
    public Class<? extends Annotation> getScope() {
        return SipApplicationSessionScoped.class;
    }

    @Override
    public boolean isActive() {
        return current.get() != null;
    }

    @Override
    public <T> @Nullable T get(Contextual<T> bean, @Nullable CreationalContext<T> context) {
        return current().get(bean, context);
    }

    @Override
    public <T> @Nullable T get(Contextual<T> bean) {
        return current().get(bean, null);
    }

    @Override
    public void destroy(Contextual<?> bean) {
        current().destroy(bean);
    }

    private Instances current() {
        SipApplicationSession session = current.get();
        if (session == null) {
            throw new ContextNotActiveException(
                    "@SipApplicationSessionScoped: no application session is being called on this thread");
        }
        return instances.computeIfAbsent(session.getId(), id -> new Instances());
    }

    void end(String sessionId) {
        Instances ended = instances.remove(sessionId);
        if (ended != null) {
            ended.destroyAll();
        }
    }

    void endAll() {
        List.copyOf(instances.keySet()).forEach(this::end);
    }
}
