// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.cdi.bridge;

import jakarta.enterprise.context.spi.CreationalContext;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import jakarta.enterprise.inject.spi.AnnotatedType;
import jakarta.enterprise.inject.spi.Bean;
import jakarta.enterprise.inject.spi.BeanManager;
import jakarta.enterprise.inject.spi.InjectionTarget;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.annotation.SipApplicationSessionScoped;
import jakarta.servlet.sip.annotation.SipInvocationScoped;
import java.lang.annotation.Annotation;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.app.Beans;

/** CDI as its SE interface gives it: whatever implementation the archive has. Safe for use by any thread. */
public final class SeBeans implements Beans {

    private final SeContainer container;
    private final BeanManager manager;
    private final SessionContext sessionScope;
    private final InvocationContext invocationScope = new InvocationContext();
    private final Map<Object, Release> releases = Collections.synchronizedMap(new IdentityHashMap<>());

    private record Release(InjectionTarget<Object> target, Object component, CreationalContext<Object> context) {
        void run() {
            target.dispose(component);
            context.release();
        }
    }

    /** Starts CDI for the classes that {@code loader} sees. */
    public SeBeans(
            ClassLoader loader,
            Map<Class<?>, Object> services,
            Supplier<@Nullable SipApplicationSession> currentSession) {
        sessionScope = new SessionContext(currentSession);
        container = SeContainerInitializer.newInstance()
                .setClassLoader(loader)
                .addExtensions(new SipExtension(services, sessionScope, invocationScope))
                .addProperty("org.jboss.weld.se.shutdownHook", false) // it would hold the application for ever
                .addProperty("org.jboss.weld.executor.threadPoolType", "NONE")
                // classes with our scopes are beans, though nothing at those says here that they are scopes
                // (SipExtension)
                .addProperty(
                        "org.jboss.weld.se.additionalBeanDefiningAnnotations",
                        Set.of(SipApplicationSessionScoped.class, SipInvocationScoped.class))
                .initialize();
        manager = container.getBeanManager();
    }

    @Override
    public Made make(Class<?> type) throws ServletException {
        Optional<Bean<?>> bean = bean(type);
        if (bean.isPresent() && manager.isNormalScope(bean.get().getScope())) {
            CreationalContext<?> context = manager.createCreationalContext(bean.get());
            return new Made(manager.getReference(bean.get(), type, context), true);
        }
        InjectionTarget<Object> target = target(type, bean);
        CreationalContext<Object> context = manager.createCreationalContext(null);
        Object component = target.produce(context);
        target.inject(component, context);
        releases.put(component, new Release(target, component, context));
        return new Made(component, false);
    }

    /** The bean that the class itself is; a producer of its type or a subclass is another one. */
    private Optional<Bean<?>> bean(Class<?> type) {
        return manager.getBeans(type, Any.Literal.INSTANCE).stream()
                .filter(each -> each.getBeanClass() == type && each.getTypes().contains(type))
                .findFirst();
    }

    @SuppressWarnings("unchecked") // an instance of the class is all that is put into it
    private InjectionTarget<Object> target(Class<?> type, Optional<Bean<?>> bean) {
        AnnotatedType<Object> annotated = (AnnotatedType<Object>) manager.createAnnotatedType(type);
        return manager.getInjectionTargetFactory(annotated).createInjectionTarget((Bean<Object>) bean.orElse(null));
    }

    @Override
    public void inject(Object component) throws ServletException {
        InjectionTarget<Object> target = target(component.getClass(), Optional.empty());
        CreationalContext<Object> context = manager.createCreationalContext(null);
        target.inject(component, context);
        releases.put(component, new Release(target, component, context));
    }

    @Override
    public void release(Object component) {
        Release release = releases.remove(component);
        if (release != null) {
            release.run();
        }
    }

    @Override
    public <T> Optional<T> find(Class<T> type, Annotation... qualifiers) {
        Instance<T> found = container.select(type, qualifiers);
        return found.isResolvable() ? Optional.of(found.get()) : Optional.empty();
    }

    @Override
    public void invoke(Runnable callback) {
        invocationScope.run(callback);
    }

    @Override
    public void sessionEnded(String applicationSessionId) {
        sessionScope.end(applicationSessionId);
    }

    @Override
    public void close() {
        synchronized (releases) {
            releases.values().forEach(Release::run);
            releases.clear();
        }
        sessionScope.endAll();
        if (container.isRunning()) {
            container.close();
        }
    }
}
