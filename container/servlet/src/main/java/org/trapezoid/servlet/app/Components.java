// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import java.util.Collections;
import java.util.EventListener;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.pojo.PojoServlet;

/**
 * The components of one application, SIP and HTTP. A class that is several of them, as a servlet that listens, or one that serves
 * both protocols, has one instance. Safe for use by any thread: some HTTP servlets are made with their first request.
 */
public final class Components {

    private static final Logger log = LoggerFactory.getLogger(Components.class);

    private final Injection injection;
    private final Optional<Beans> beans;
    private final Map<String, Object> byClass = new ConcurrentHashMap<>();
    private final Set<Object> sip = identitySet();
    private final Set<Object> sipServlets = identitySet();

    /** @param beans the application's CDI container, which is closed with its SIP side */
    Components(Resources resources, Optional<Beans> beans) {
        this.injection = new Injection(resources, beans);
        this.beans = beans;
    }

    private static Set<Object> identitySet() {
        return Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    /** Something that was made for HTTP: gives it what it is to be given. */
    public <T> T made(T component) throws ServletException {
        injection.inject(component);
        if (component instanceof Servlet || component instanceof EventListener) {
            byClass.putIfAbsent(component.getClass().getName(), component);
        }
        return component;
    }

    /** The instance of a class, if there is one already. */
    public Optional<Object> known(String className) {
        return Optional.ofNullable(byClass.get(className));
    }

    /** Whether it is a servlet that the SIP side initialises and destroys. */
    public boolean isSipServlet(Servlet servlet) {
        return sipServlets.contains(servlet);
    }

    /** A component of HTTP has ended; what it throws is logged. */
    public void ended(Object component) {
        if (!sip.contains(component)) {
            preDestroy(component);
        }
    }

    // ---- of the SIP side

    /** The known instance of the class, else a new one. */
    <T> T sip(ClassLoader loader, String className, Class<T> type) throws ServletException {
        Object known = byClass.get(className);
        if (type.isInstance(known)) {
            return type.cast(known);
        }
        T made = injection.create(loader, className, type);
        adopt(className, made);
        return made;
    }

    /** A servlet of the SIP side. */
    Servlet sipServlet(ClassLoader loader, String className) throws ServletException {
        Object component = sip(loader, className, Object.class);
        Servlet servlet = component instanceof Servlet known ? known : pojo(loader, className, component);
        sipServlets.add(servlet);
        return servlet;
    }

    /** A servlet that the application adds while it starts. */
    Servlet addedServlet(ClassLoader loader, AddedServlet added) throws ServletException {
        if (added.instance().isEmpty()) {
            return sipServlet(loader, added.getClassName());
        }
        Object component = added.instance().get();
        adopt(added.getClassName() + '/' + added.getName(), component);
        Servlet servlet = component instanceof Servlet known ? known : new PojoServlet(component);
        sipServlets.add(servlet);
        return servlet;
    }

    /** An object of a class of the application, which keeps it. */
    <T> T loose(Class<T> type) throws ServletException {
        return injection.create(type.getClassLoader(), type.getName(), type);
    }

    private static Servlet pojo(ClassLoader loader, String className, Object component) throws ServletException {
        try {
            return new PojoServlet(component, loader.loadClass(className));
        } catch (ClassNotFoundException e) {
            throw new ServletException("class " + className + " is not in the archive", e);
        }
    }

    /** An instance of an embedding program. */
    void given(String className, Object component) throws ServletException {
        injection.inject(component);
        adopt(className, component);
    }

    private void adopt(String className, Object component) {
        sip.add(component);
        byClass.put(className, component);
    }

    /** Ends what the SIP side made. */
    void endSip() {
        for (Object component : List.copyOf(byClass.values())) {
            if (sip.contains(component)) {
                preDestroy(component);
            }
        }
        byClass.clear();
        beans.ifPresent(Beans::close);
    }

    private void preDestroy(Object component) {
        try {
            Injection.preDestroy(component);
            beans.ifPresent(cdi -> cdi.release(component));
        } catch (Throwable e) { // the application's code
            log.warn("{} threw while it was destroyed", component.getClass().getName(), e);
        }
    }
}
