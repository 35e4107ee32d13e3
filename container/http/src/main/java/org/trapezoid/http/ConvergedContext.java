// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.ServletContext;
import java.nio.file.Path;
import java.util.EventListener;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.naming.NamingException;
import org.eclipse.jetty.ee11.servlet.DefaultServlet;
import org.eclipse.jetty.ee11.servlet.ServletChannel;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.ee11.servlet.ServletHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.ee11.webapp.Configuration;
import org.eclipse.jetty.ee11.webapp.FragmentConfiguration;
import org.eclipse.jetty.ee11.webapp.MetaInfConfiguration;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.ee11.webapp.WebInfConfiguration;
import org.eclipse.jetty.ee11.webapp.WebXmlConfiguration;
import org.eclipse.jetty.http.pathmap.MatchedResource;
import org.eclipse.jetty.security.SecurityHandler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.resource.ResourceFactory;
import org.trapezoid.servlet.app.AppSource;
import org.trapezoid.servlet.app.HttpSide;

/**
 * The {@link ServletContext} of one application (JSR 289 §3.3: SIP and HTTP servlets share it). One with a context path
 * is a web application; one without is not reachable by HTTP. Started and stopped by the deploying thread.
 */
public final class ConvergedContext {

    /** Called while a context starts, on the starting thread. */
    public interface Startup {
        /** Context parameters are known; nothing of the application has been made. Answers what its components are given. */
        default Optional<HttpSide> prepare(ServletContext context, AppSource.Web web) throws Exception {
            return Optional.empty();
        }

        /** Every ServletContextListener has been called; no servlet has been made. */
        default void afterListeners(ServletContext context) throws Exception {}
    }

    private final ServletContextHandler handler;
    private final Optional<String> contextPath;
    private final Joint joint;

    private ConvergedContext(ServletContextHandler handler, Optional<String> contextPath, Joint joint) {
        this.handler = handler;
        this.contextPath = contextPath;
        this.joint = joint;
    }

    /** A context without HTTP: attributes, parameters, resources and a class loader. */
    public static ConvergedContext sipOnly(Spec spec) {
        Joint joint = new Joint(spec);
        ServletContextHandler handler = new SipOnlyHandler(joint);
        prepare(handler, spec);
        handler.setContextPath("/");
        return new ConvergedContext(handler, Optional.empty(), joint);
    }

    /**
     * A web application, configured by its web.xml and its servlet annotations.
     *
     * @param origins the URL of the server, up to its port, for a scheme
     */
    public static ConvergedContext web(Spec spec, String contextPath, UnaryOperator<String> origins) {
        Joint joint = new Joint(spec);
        WebHandler handler = new WebHandler(joint, new ConvergedSessions(origins));
        prepare(handler, spec);
        handler.setContextPath(contextPath);
        handler.setDefaultsDescriptor(null); // names Jetty's own classes, which applications do not see
        handler.addServlet(DefaultServlet.class, "/");
        handler.setConfigurations(new Configuration[] {
            new MetaInfConfiguration(),
            new WebInfConfiguration(),
            new WebXmlConfiguration(),
            new FragmentConfiguration(),
            new ConvergedAnnotations(new WebSocketEndpoints(handler.decorator))
        });
        handler.setThrowUnavailableOnStartupException(true);
        return new ConvergedContext(handler, Optional.of(contextPath), joint);
    }

    /**
     * What a context is made from.
     *
     * @param name the application's name
     * @param root the directory that holds WEB-INF
     * @param loader the application's class loader
     * @param temporary a directory of its own to write to
     * @param parameters context parameters that override those of the descriptors
     * @param startup called while it starts
     */
    public record Spec(
            String name,
            Path root,
            ClassLoader loader,
            Path temporary,
            Map<String, String> parameters,
            Startup startup) {}

    private static void prepare(ServletContextHandler handler, Spec spec) {
        handler.setDisplayName(spec.name());
        handler.setClassLoader(spec.loader());
        handler.setBaseResource(ResourceFactory.of(handler).newResource(spec.root()));
        handler.setTempDirectory(spec.temporary().toFile());
        handler.setAttribute(ServletContext.TEMPDIR, spec.temporary().toFile());
    }

    /** The context as applications see it. */
    public ServletContext servletContext() {
        return handler.getServletContext();
    }

    /** Where it is reachable by HTTP, if it is. */
    public Optional<String> contextPath() {
        return contextPath;
    }

    /** Adds a listener, called after those of the descriptors. Before the start only. */
    public void addListener(EventListener listener) {
        handler.addEventListener(listener);
    }

    /** Has connections for SIP opened at a path below its own, after its filters. Before the start only. */
    void openWebSockets(String path, ApplicationWebSocket.Upgrade upgrade) {
        if (handler instanceof WebHandler web) {
            web.webSocket = Optional.of(new ApplicationWebSocket(path, upgrade));
        }
    }

    ServletContextHandler handler() {
        return handler;
    }

    void start(Server server) throws Exception {
        handler.setServer(server);
        handler.start();
    }

    void stop() throws Exception {
        try {
            handler.stop();
            handler.destroy();
        } finally {
            joint.close();
        }
    }

    /** Where the application's SIP side is joined to the starting context. Used by the deploying thread. */
    private static final class Joint implements AutoCloseable {
        private final Spec spec;
        private Optional<Naming> naming = Optional.empty();
        private Runnable ended = () -> {};
        private boolean done;

        Joint(Spec spec) {
            this.spec = spec;
        }

        /** Before anything of the application is made. */
        Optional<HttpSide> prepare(ServletContextHandler handler, ComponentDecorator decorator, AppSource.Web web)
                throws Exception {
            handler.getInitParams().putAll(spec.parameters());
            Optional<HttpSide> side = spec.startup().prepare(handler.getServletContext(), web);
            if (side.isPresent()) {
                ended = side.get().ended();
                decorator.components(side.get().components());
                if (!side.get().environment().isEmpty()) {
                    naming = Optional.of(Naming.bind(spec.loader(), side.get().environment()));
                }
            }
            return side;
        }

        /** Jetty calls for the listeners before it makes servlets, and once more when it has started; true the first time. */
        boolean around(ServletContextHandler handler, Listeners listeners) throws Exception {
            if (done) {
                return false;
            }
            done = true;
            listeners.call();
            spec.startup().afterListeners(handler.getServletContext());
            return true;
        }

        @Override
        public void close() throws NamingException {
            Runnable last = ended;
            ended = () -> {};
            last.run();
            if (naming.isPresent()) {
                naming.get().close();
                naming = Optional.empty();
            }
        }
    }

    private interface Listeners {
        void call() throws Exception;
    }

    private static final class SipOnlyHandler extends ServletContextHandler {
        private final Joint joint;
        private final ComponentDecorator decorator = ComponentDecorator.plain();

        SipOnlyHandler(Joint joint) {
            super(NO_SESSIONS);
            this.joint = joint;
            getObjectFactory().addDecorator(decorator);
        }

        @Override
        protected void startContext() throws Exception {
            var unused = joint.prepare(this, decorator, AppSource.Web.NONE);
            super.startContext();
        }

        @Override
        public void contextInitialized() throws Exception {
            joint.around(this, super::contextInitialized);
        }
    }

    private static final class WebHandler extends WebAppContext {
        private final Joint joint;
        private final ConvergedSessions sessions;
        private final ComponentDecorator decorator = ComponentDecorator.of(this);
        private final WebXmlReferences references = new WebXmlReferences();
        private Optional<ApplicationWebSocket> webSocket = Optional.empty(); // by the deploying thread

        WebHandler(Joint joint, ConvergedSessions sessions) {
            this.joint = joint;
            this.sessions = sessions;
            setSessionHandler(sessions);
            getObjectFactory().addDecorator(decorator);
        }

        /** Not wrapped: SIP and HTTP servlets share their classes. */
        @Override
        protected ClassLoader configureClassLoader(ClassLoader loader) {
            return loader;
        }

        @Override
        public boolean configure() throws Exception {
            getMetaData().addDescriptorProcessor(references);
            return super.configure();
        }

        @Override
        protected void startWebapp() throws Exception {
            AppSource.Web web = new AppSource.Web(references.references(), initParameters());
            joint.prepare(this, decorator, web).ifPresent(this::take);
            super.startWebapp();
        }

        private void take(HttpSide side) {
            sessions.sessions(side.sessions());
            SecurityHandler security = getSecurityHandler();
            String realm = security.getRealmName();
            if (side.users().isPresent() && security.getLoginService() == null) {
                security.setLoginService(new RealmLogin(
                        realm == null ? joint.spec.name() : realm, side.users().get()));
            }
        }

        private Map<String, Map<String, String>> initParameters() {
            Map<String, Map<String, String>> byClass = new HashMap<>();
            for (ServletHolder each : getServletHandler().getServlets()) {
                if (each.getClassName() != null) {
                    byClass.putIfAbsent(each.getClassName(), Map.copyOf(each.getInitParameters()));
                }
            }
            return byClass;
        }

        @Override
        public void contextInitialized() throws Exception {
            if (joint.around(this, super::contextInitialized)) {
                for (ServletHolder each : getServletHandler().getServlets()) {
                    decorator.share(each);
                }
                webSocket.ifPresent(last -> last.addTo(getServletHandler()));
            }
        }

        @Override
        protected ServletContextRequest newServletContextRequest(
                ServletChannel channel,
                Request request,
                Response response,
                String decodedPathInContext,
                MatchedResource<ServletHandler.MappedServlet> matched) {
            return new ConvergedRequest(
                    getContext().getServletContext(),
                    channel,
                    request,
                    response,
                    decodedPathInContext,
                    matched,
                    sessions);
        }
    }
}
