// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletContextEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EventListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.DescriptorVersion;
import org.trapezoid.servlet.descriptor.MappingTarget;
import org.trapezoid.servlet.descriptor.ServletDescriptor;
import org.trapezoid.servlet.descriptor.ServletMapping;
import org.trapezoid.servlet.descriptor.ServletSelection;
import org.trapezoid.servlet.pojo.PojoServlet;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.Uri;

/** Makes and destroys the listeners and servlets of one application. Confined to the thread that deploys. */
public final class AppEnvironment {
    private static final Logger log = LoggerFactory.getLogger(AppEnvironment.class);
    private static final String UNPROTECTED = "org.trapezoid.unprotected";

    private final AppSource source;
    private final AppDescriptor descriptor;
    private final Map<String, Servlet> servlets = new LinkedHashMap<>();
    private final Map<String, Object> components =
            new LinkedHashMap<>(); // by class name: a servlet may be a listener too

    public AppEnvironment(AppSource source) {
        this.source = source;
        this.descriptor = source.descriptor();
    }

    /**
     * What the descriptor and the context parameters fix.
     *
     * @throws ServletException for a context parameter with a wrong value
     */
    public AppSettings settings() throws ServletException {
        requireNoConstraints();
        return new AppSettings(
                descriptor.sessionTimeout(),
                descriptor.proxyTimeout(),
                descriptor.version() != DescriptorVersion.V1_0,
                Boolean.parseBoolean(source.contextParameters().get("org.trapezoid.stateless")),
                extensions(),
                key(),
                selection());
    }

    /** What believes to be protected is not to run unprotected. */
    private void requireNoConstraints() throws ServletException {
        boolean unprotected = Boolean.parseBoolean(source.contextParameters().get(UNPROTECTED));
        if (!descriptor.securityConstraints().isEmpty() && !unprotected) {
            throw new ServletException("application " + descriptor.name()
                    + ": its security constraints are not enforced by this version; to run it without them, set the"
                    + " context parameter "
                    + UNPROTECTED + " to true");
        }
    }

    private Optional<ApplicationKey> key() throws ServletException {
        return descriptor.keyMethod().isEmpty()
                ? Optional.empty()
                : Optional.of(ApplicationKey.of(descriptor.keyMethod().get(), source.loader()));
    }

    private Extensions extensions() throws ServletException {
        try {
            return Extensions.of(source.contextParameters());
        } catch (IllegalArgumentException e) {
            throw new ServletException("application " + descriptor.name() + ": " + e.getMessage(), e);
        }
    }

    private AppSettings.Selection selection() {
        ServletSelection selection = descriptor.selection();
        String first = descriptor.servlets().isEmpty()
                ? ""
                : descriptor.servlets().get(0).name();
        if (selection instanceof ServletSelection.MainServlet main) {
            Optional<String> name = Optional.of(main.name());
            return new AppSettings.Selection() {
                @Override
                public Optional<String> select(Request request, Optional<NameAddr> poppedRoute) {
                    return name;
                }

                @Override
                public String initial() {
                    return main.name();
                }
            };
        }
        List<ServletMapping> mappings = ((ServletSelection.Mappings) selection).mappings();
        return new AppSettings.Selection() {
            @Override
            public Optional<String> select(Request request, Optional<NameAddr> poppedRoute) {
                MappingTarget target = new Target(request, poppedRoute);
                for (ServletMapping mapping : mappings) {
                    if (mapping.pattern().matches(target)) {
                        return Optional.of(mapping.servletName());
                    }
                }
                return Optional.empty();
            }

            @Override
            public String initial() {
                return first;
            }
        };
    }

    private record Target(Request request, Optional<NameAddr> popped) implements MappingTarget {
        @Override
        public String method() {
            return request.method().name();
        }

        @Override
        public Uri uri() {
            return request.uri();
        }

        @Override
        public NameAddr from() {
            return request.from();
        }

        @Override
        public NameAddr to() {
            return request.to();
        }

        @Override
        public Optional<NameAddr> route() {
            return popped.or(() -> request.routes().stream().findFirst());
        }
    }

    /**
     * Makes listeners and servlets, without initialising them.
     *
     * @param resources what is injected, by type
     */
    public ListenerTable create(Map<Class<?>, Object> resources) throws ServletException {
        Injection injection = new Injection(resources);
        List<EventListener> listeners = new ArrayList<>();
        for (ServletDescriptor each : descriptor.servlets()) {
            servlets.put(each.name(), servlet(each, injection));
        }
        for (String className : descriptor.listeners()) {
            Object known = components.get(className);
            if (known == null) {
                known = injection.create(source.loader(), className, EventListener.class);
                components.put(className, known);
            }
            if (known instanceof EventListener listener) {
                listeners.add(listener);
            }
        }
        return new ListenerTable(listeners);
    }

    private Servlet servlet(ServletDescriptor each, Injection injection) throws ServletException {
        Servlet given = source.instances().get(each.name());
        if (given != null) {
            injection.inject(given);
            components.put(each.className(), given);
            return given;
        }
        Object known = components.get(each.className());
        if (known instanceof Servlet servlet) {
            return servlet;
        }
        Object made = known == null ? injection.create(source.loader(), each.className(), Object.class) : known;
        components.put(each.className(), made);
        return made instanceof Servlet servlet ? servlet : new PojoServlet(made);
    }

    /** Initialises the servlets in the order of load-on-startup and tells the listeners. */
    public void start(SipApplication application) throws ServletException {
        List<ServletDescriptor> order = new ArrayList<>(descriptor.servlets());
        order.sort(Comparator.comparingInt(each -> rank(each)));
        Thread thread = Thread.currentThread();
        ClassLoader outer = thread.getContextClassLoader();
        thread.setContextClassLoader(source.loader());
        try {
            for (ServletDescriptor each : order) {
                Servlet servlet = servlets.get(each.name());
                if (servlet != null) {
                    servlet.init(new AppServletConfig(each.name(), source.servletContext(), each.initParams()));
                }
            }
        } catch (RuntimeException | LinkageError e) {
            throw new ServletException("a servlet of " + descriptor.name() + " failed in init: " + e, e);
        } finally {
            thread.setContextClassLoader(outer);
        }
        application.servlets(new ServletTable(servlets));
        for (Servlet servlet : servlets.values()) {
            SipServletContextEvent event = initialised(servlet);
            application.notify(application.listeners().servlet(), "-", listener -> listener.servletInitialized(event));
        }
    }

    @SuppressWarnings("NullAway") // a POJO has no SipServlet to show, JSR 359
    private SipServletContextEvent initialised(Servlet servlet) {
        return new SipServletContextEvent(source.servletContext(), servlet instanceof SipServlet sip ? sip : null);
    }

    /** Those without a number come last, in order of declaration (JSR 289 §9.4). */
    private static int rank(ServletDescriptor servlet) {
        int number = servlet.loadOnStartup().orElse(-1);
        return number < 0 ? Integer.MAX_VALUE : number;
    }

    /** Destroys servlets and listeners; what they throw is logged. */
    public void destroy() {
        Thread thread = Thread.currentThread();
        ClassLoader outer = thread.getContextClassLoader();
        thread.setContextClassLoader(source.loader());
        try {
            for (Servlet servlet : servlets.values()) {
                quietly(servlet, servlet::destroy);
            }
            for (Object component : components.values()) {
                quietly(component, () -> Injection.preDestroy(component));
            }
        } finally {
            thread.setContextClassLoader(outer);
        }
        servlets.clear();
        components.clear();
    }

    private interface Ending {
        void run() throws ServletException;
    }

    private void quietly(Object component, Ending ending) {
        try {
            ending.run();
        } catch (Throwable e) { // the application's code
            log.warn(
                    "application {}: {} threw while it was destroyed",
                    descriptor.name(),
                    component.getClass().getName(),
                    e);
        }
    }
}
