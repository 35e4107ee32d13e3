// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContextAttributeListener;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequestAttributeListener;
import jakarta.servlet.ServletRequestListener;
import jakarta.servlet.http.HttpSessionAttributeListener;
import jakarta.servlet.http.HttpSessionIdListener;
import jakarta.servlet.http.HttpSessionListener;
import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipApplicationSessionListener;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletContextEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EventListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.DescriptorVersion;
import org.trapezoid.servlet.descriptor.KeyMethod;
import org.trapezoid.servlet.descriptor.MappingTarget;
import org.trapezoid.servlet.descriptor.ResourceReference;
import org.trapezoid.servlet.descriptor.ServletDescriptor;
import org.trapezoid.servlet.descriptor.ServletMapping;
import org.trapezoid.servlet.descriptor.ServletSelection;
import org.trapezoid.servlet.security.RunAs;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.Uri;

/** Makes and destroys the listeners and servlets of one application. Confined to the thread that deploys. */
public final class AppEnvironment {
    private static final Logger log = LoggerFactory.getLogger(AppEnvironment.class);

    private final AppSource source;
    private final AppDescriptor descriptor;
    private final Map<String, Servlet> servlets = new LinkedHashMap<>();
    private final Components components;
    private final Resources resources;
    private final Optional<Beans> beans;
    private final List<ServletContextListener> contextListeners = new ArrayList<>();

    /**
     * @param types what is injected, by type
     * @param beans the application's CDI container
     * @throws ServletException when its descriptors ask for what cannot be
     */
    public AppEnvironment(AppSource source, Map<Class<?>, Object> types, Optional<Beans> beans)
            throws ServletException {
        this.source = source;
        this.descriptor = source.descriptor();
        List<ResourceReference> references = new ArrayList<>(descriptor.resources());
        references.addAll(source.web().references());
        this.resources = Resources.of(descriptor.name(), types, references);
        this.components = new Components(resources, beans);
        this.beans = beans;
        if (source.servletContext() instanceof SipContext context) {
            context.maker(components::loose);
        }
    }

    /** What the components of an archive without SIP servlets are given. */
    public static HttpSide httpOnly(String name, Map<Class<?>, Object> types, AppSource.Web web, Optional<Beans> beans)
            throws ServletException {
        Resources resources = Resources.of(name, types, web.references());
        return new HttpSide(
                new Components(resources, beans),
                resources.environment(),
                Optional.empty(),
                Optional.empty(),
                () -> beans.ifPresent(Beans::close));
    }

    /** What the HTTP side of the application is given. */
    public HttpSide http(ApplicationSessions sessions) {
        return new HttpSide(components, resources.environment(), Optional.of(sessions));
    }

    /**
     * What the descriptor and the context parameters fix.
     *
     * @throws ServletException for a context parameter with a wrong value
     */
    public static AppSettings settings(AppSource source) throws ServletException {
        AppDescriptor descriptor = source.descriptor();
        return new AppSettings(
                descriptor.sessionTimeout(),
                descriptor.proxyTimeout(),
                descriptor.version() != DescriptorVersion.V1_0,
                descriptor.version() != DescriptorVersion.V2_0
                        || descriptor.options().cloneDerivedAttributes(),
                !descriptor.options().disableCancelHandling(),
                descriptor.distributable(),
                Boolean.parseBoolean(source.contextParameters().get("org.trapezoid.stateless")),
                extensions(source),
                key(source),
                selection(source),
                RunAs.of(descriptor, servlet -> added(source, servlet)));
    }

    private static Optional<String> added(AppSource source, String servlet) {
        return source.servletContext() instanceof SipContext context
                ? Optional.ofNullable(context.added().get(servlet)).flatMap(AddedServlet::runAs)
                : Optional.empty();
    }

    private static Optional<ApplicationKey> key(AppSource source) throws ServletException {
        Optional<KeyMethod> method = source.descriptor().keyMethod();
        return method.isEmpty() ? Optional.empty() : Optional.of(ApplicationKey.of(method.get(), source.loader()));
    }

    private static Extensions extensions(AppSource source) throws ServletException {
        try {
            return Extensions.of(source.contextParameters());
        } catch (IllegalArgumentException e) {
            throw new ServletException("application " + source.descriptor().name() + ": " + e.getMessage(), e);
        }
    }

    private static AppSettings.Selection selection(AppSource source) {
        AppDescriptor descriptor = source.descriptor();
        AppSettings.Selection declared = selection(descriptor);
        if (!(source.servletContext() instanceof SipContext context)) {
            return declared;
        }
        return new AppSettings.Selection() {
            @Override
            public Optional<String> select(Request request, Optional<NameAddr> poppedRoute) {
                Optional<String> chosen = context.mainServlet();
                return chosen.isPresent() ? chosen : declared.select(request, poppedRoute);
            }

            @Override
            public String initial() {
                return context.mainServlet().orElseGet(declared::initial);
            }
        };
    }

    private static AppSettings.Selection selection(AppDescriptor descriptor) {
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

    /** Makes listeners and servlets, without initialising them. */
    public ListenerTable create() throws ServletException {
        List<EventListener> listeners = new ArrayList<>();
        for (ServletDescriptor each : descriptor.servlets()) {
            servlets.put(each.name(), servlet(each));
        }
        for (String className : descriptor.listeners()) {
            boolean known = components.known(className).isPresent();
            EventListener listener = listener(className);
            listeners.add(listener);
            if (!known || servlets.containsValue(listener)) {
                listenToContext(listener);
            }
        }
        OwnUsers.publish(source, components);
        beans.ifPresent(cdi -> listeners.add(new ScopeEnd(cdi))); // after the application's own
        return new ListenerTable(listeners);
    }

    /** Ends the beans of an application session with it. */
    private record ScopeEnd(Beans beans) implements SipApplicationSessionListener {
        @Override
        public void sessionDestroyed(SipApplicationSessionEvent event) {
            beans.sessionEnded(event.getApplicationSession().getId());
        }

        @Override
        public void sessionCreated(SipApplicationSessionEvent event) {}

        @Override
        public void sessionExpired(SipApplicationSessionEvent event) {}

        @Override
        public void sessionReadyToInvalidate(SipApplicationSessionEvent event) {}
    }

    /** Listeners of Jakarta Servlet that sip.xml or {@code @SipListener} name; those of web.xml are called by the HTTP side. */
    private void listenToContext(EventListener listener) {
        if (listener instanceof ServletContextListener each) {
            contextListeners.add(each);
        }
        if (listener instanceof ServletContextAttributeListener
                || listener instanceof HttpSessionListener
                || listener instanceof HttpSessionAttributeListener
                || listener instanceof HttpSessionIdListener
                || listener instanceof ServletRequestListener
                || listener instanceof ServletRequestAttributeListener) {
            source.servletContext().addListener(listener);
        }
    }

    private Servlet servlet(ServletDescriptor each) throws ServletException {
        Servlet given = source.instances().get(each.name());
        if (given != null) {
            components.given(each.className(), given);
            return given;
        }
        try {
            return components.sipServlet(source.loader(), each.className());
        } catch (ServletException e) {
            throw wrong("servlet " + each.name(), each.className(), e);
        }
    }

    private EventListener listener(String className) throws ServletException {
        try {
            return components.sip(source.loader(), className, EventListener.class);
        } catch (ServletException e) {
            throw wrong("listener", className, e);
        }
    }

    /** Names the application and where it declares what cannot be made. */
    private ServletException wrong(String what, String className, ServletException cause) {
        return new ServletException(
                "application " + descriptor.name() + ": " + what
                        + DescriptorPlace.of(source.servletContext(), className)
                                .map(place -> " (" + place + ")")
                                .orElse("")
                        + ": " + cause.getMessage(),
                cause);
    }

    private void begin(ServletContextListener each) throws ServletException {
        try {
            each.contextInitialized(new ServletContextEvent(source.servletContext()));
        } catch (RuntimeException | LinkageError e) {
            throw new ServletException(
                    "application " + descriptor.name() + ": listener "
                            + each.getClass().getName() + " did not start: " + e,
                    e);
        }
    }

    private void init(ServletDescriptor each, Servlet servlet) throws ServletException {
        try {
            servlet.init(new AppServletConfig(each.name(), source.servletContext(), initParameters(each)));
        } catch (ServletException | RuntimeException | LinkageError e) {
            throw new ServletException(
                    "application " + descriptor.name() + ": servlet " + each.name() + " (" + each.className()
                            + ") did not start: " + e,
                    e);
        }
    }

    /** Initialises the servlets in the order of load-on-startup and tells the listeners. */
    public void start(SipApplication application) throws ServletException {
        List<ServletDescriptor> order = new ArrayList<>(descriptor.servlets());
        Thread thread = Thread.currentThread();
        ClassLoader outer = thread.getContextClassLoader();
        thread.setContextClassLoader(source.loader());
        try {
            for (ServletContextListener each : contextListeners) {
                begin(each);
            }
            order.addAll(added());
            order.sort(Comparator.comparingInt(each -> rank(each)));
            for (ServletDescriptor each : order) {
                Servlet servlet = servlets.get(each.name());
                if (servlet != null) {
                    init(each, servlet);
                }
            }
        } finally {
            thread.setContextClassLoader(outer);
        }
        application.servlets(new ServletTable(servlets));
        for (Servlet servlet : servlets.values()) {
            SipServletContextEvent event = initialised(servlet);
            application.notify(application.listeners().servlet(), "-", listener -> listener.servletInitialized(event));
        }
    }

    /** Makes the servlets that the listeners have added; from now on there are no more. */
    private List<ServletDescriptor> added() throws ServletException {
        List<ServletDescriptor> descriptors = new ArrayList<>();
        if (source.servletContext() instanceof SipContext context) {
            for (AddedServlet each : context.added().values()) {
                servlets.put(each.getName(), components.addedServlet(source.loader(), each));
                descriptors.add(new ServletDescriptor(
                        each.getName(),
                        each.getClassName(),
                        Optional.empty(),
                        each.getInitParameters(),
                        OptionalInt.of(each.loadOnStartup()),
                        Optional.empty(),
                        Map.of()));
            }
            context.started();
        }
        return descriptors;
    }

    @SuppressWarnings("NullAway") // a POJO has no SipServlet to show, JSR 359
    private SipServletContextEvent initialised(Servlet servlet) {
        return new SipServletContextEvent(source.servletContext(), servlet instanceof SipServlet sip ? sip : null);
    }

    /** A class that serves HTTP too is initialised once, with the parameters of both declarations. */
    private Map<String, String> initParameters(ServletDescriptor servlet) {
        Map<String, String> web = source.web().initParameters().get(servlet.className());
        if (web == null) {
            return servlet.initParams();
        }
        Map<String, String> both = new LinkedHashMap<>(web);
        both.putAll(servlet.initParams());
        return both;
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
            for (ServletContextListener each : contextListeners) {
                quietly(each, () -> each.contextDestroyed(new ServletContextEvent(source.servletContext())));
            }
            components.endSip();
        } finally {
            thread.setContextClassLoader(outer);
        }
        servlets.clear();
        contextListeners.clear();
    }

    private void quietly(Object component, Runnable ending) {
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
