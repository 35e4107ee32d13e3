// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.trapezoid.servlet.security.Guard;
import org.trapezoid.servlet.session.Identity;
import org.trapezoid.sip.concurrent.CallbackMode;

/**
 * A deployed application at run time: calls its servlets and listeners under its class loader, with {@code callId} and
 * {@code app} in the MDC. Safe for use by any thread.
 */
public final class SipApplication {
    private static final Logger log = LoggerFactory.getLogger(SipApplication.class);

    private final String name;
    private final ClassLoader loader;
    private final ServletContext context;
    private final AppSettings settings;
    private final Supplier<ListenerTable> listeners;
    private final CallbackMode mode;
    private final Optional<Guard> guard;
    private volatile Optional<Beans> beans = Optional.empty();
    private volatile ServletTable servlets = new ServletTable(java.util.Map.of());

    public SipApplication(
            String name,
            ClassLoader loader,
            ServletContext context,
            AppSettings settings,
            Supplier<ListenerTable> listeners,
            CallbackMode mode,
            Optional<Guard> guard) {
        this.name = name;
        this.loader = loader;
        this.context = context;
        this.settings = settings;
        this.listeners = listeners;
        this.mode = mode;
        this.guard = guard;
    }

    public String name() {
        return name;
    }

    public ClassLoader loader() {
        return loader;
    }

    public ServletContext context() {
        return context;
    }

    public AppSettings settings() {
        return settings;
    }

    public ListenerTable listeners() {
        return listeners.get();
    }

    public CallbackMode mode() {
        return mode;
    }

    /** Keeps its security constraints; mostly there are none. */
    public Optional<Guard> guard() {
        return guard;
    }

    /** Whose users its senders are. */
    public String realm() {
        return settings.runAs().realm();
    }

    /** Whether the sender of a message has a role that a servlet calls so. */
    public boolean isInRole(Identity sender, String servlet, String role) {
        return guard.isPresent()
                ? guard.get().isInRole(sender, servlet, role)
                : sender.roles().contains(role);
    }

    /** Its CDI container, if it brings one. */
    public Optional<Beans> beans() {
        return beans;
    }

    /** Before anything of the application runs. */
    public void beans(Optional<Beans> started) {
        beans = started;
    }

    public ServletTable servlets() {
        return servlets;
    }

    /** The servlets once they are initialised. */
    public void servlets(ServletTable initialised) {
        servlets = initialised;
    }

    /**
     * Calls a servlet with a request or a response, the other one null as the API has it.
     *
     * @throws ServletException when the application throws it, or has no such servlet
     */
    public void service(
            String servletName,
            String callId,
            @Nullable SipServletRequest request,
            @Nullable SipServletResponse response)
            throws ServletException, IOException {
        Optional<Servlet> servlet = servlets.servlet(servletName);
        if (servlet.isEmpty()) {
            throw new ServletException("application " + name + " has no servlet " + servletName);
        }
        ClassLoader outer = enter(callId);
        try {
            serviceNullable(servlet.get(), request, response);
        } finally {
            leave(outer);
        }
    }

    @SuppressWarnings("NullAway") // SipServlet.service takes exactly one of the two
    private static void serviceNullable(
            Servlet servlet, @Nullable SipServletRequest request, @Nullable SipServletResponse response)
            throws ServletException, IOException {
        servlet.service(request, response);
    }

    /**
     * Asks the application for the key of the session that an initial request belongs to; empty if it has no opinion.
     *
     * @throws ServletException when the application throws something checked
     */
    public Optional<String> key(String callId, SipServletRequest request) throws ServletException {
        Optional<ApplicationKey> key = settings.key();
        if (key.isEmpty()) {
            return Optional.empty();
        }
        ClassLoader outer = enter(callId);
        try {
            return key.get().of(request);
        } finally {
            leave(outer);
        }
    }

    /** Runs something else in which the application may be called. */
    public <T> T within(String callId, Supplier<T> call) {
        ClassLoader outer = enter(callId);
        try {
            return call.get();
        } finally {
            leave(outer);
        }
    }

    /** Runs code of the application under its class loader. */
    public void run(String callId, Runnable code) {
        ClassLoader outer = enter(callId);
        try {
            code.run();
        } finally {
            leave(outer);
        }
    }

    /** Calls each listener; what one throws is logged and does not keep the others from being called. */
    public <L> void notify(List<L> targets, String callId, Consumer<L> call) {
        if (targets.isEmpty()) {
            return;
        }
        ClassLoader outer = enter(callId);
        try {
            for (L target : targets) {
                try {
                    call.accept(target);
                } catch (Throwable e) { // an old archive may throw any Error
                    log.warn(
                            "application {}: {} threw (Call-ID {})",
                            name,
                            target.getClass().getName(),
                            callId,
                            e);
                }
            }
        } finally {
            leave(outer);
        }
    }

    private ClassLoader enter(String callId) {
        Thread thread = Thread.currentThread();
        ClassLoader outer = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        MDC.put("callId", callId);
        MDC.put("app", name);
        return outer;
    }

    private static void leave(ClassLoader outer) {
        MDC.remove("callId");
        MDC.remove("app");
        Thread.currentThread().setContextClassLoader(outer);
    }

    @Override
    public String toString() {
        return name;
    }
}
