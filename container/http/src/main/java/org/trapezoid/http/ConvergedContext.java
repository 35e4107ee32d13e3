// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.ServletContext;
import java.nio.file.Path;
import java.util.EventListener;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.ee11.annotations.AnnotationConfiguration;
import org.eclipse.jetty.ee11.servlet.DefaultServlet;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.webapp.Configuration;
import org.eclipse.jetty.ee11.webapp.FragmentConfiguration;
import org.eclipse.jetty.ee11.webapp.MetaInfConfiguration;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.ee11.webapp.WebInfConfiguration;
import org.eclipse.jetty.ee11.webapp.WebXmlConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.resource.ResourceFactory;

/**
 * The {@link ServletContext} of one application (JSR 289 §3.3: SIP and HTTP servlets share it). One with a context path
 * is a web application; one without is not reachable by HTTP. Started and stopped by the deploying thread.
 */
public final class ConvergedContext {

    /** Called while a context starts, on the starting thread. */
    public interface Startup {
        /** Context parameters are known; no listener of the application has been called. */
        default void beforeListeners(ServletContext context) throws Exception {}

        /** Every ServletContextListener has been called; no servlet has been made. */
        default void afterListeners(ServletContext context) throws Exception {}
    }

    private final ServletContextHandler handler;
    private final Optional<String> contextPath;

    private ConvergedContext(ServletContextHandler handler, Optional<String> contextPath) {
        this.handler = handler;
        this.contextPath = contextPath;
    }

    /** A context without HTTP: attributes, parameters, resources and a class loader. */
    public static ConvergedContext sipOnly(Spec spec) {
        ServletContextHandler handler = new SipOnlyHandler(spec);
        prepare(handler, spec);
        handler.setContextPath("/");
        return new ConvergedContext(handler, Optional.empty());
    }

    /** A web application, configured by its web.xml and its servlet annotations. */
    public static ConvergedContext web(Spec spec, String contextPath) {
        WebAppContext handler = new WebHandler(spec);
        prepare(handler, spec);
        handler.setContextPath(contextPath);
        handler.setDefaultsDescriptor(null); // names Jetty's own classes, which applications do not see
        handler.addServlet(DefaultServlet.class, "/");
        handler.setConfigurations(new Configuration[] {
            new MetaInfConfiguration(),
            new WebInfConfiguration(),
            new WebXmlConfiguration(),
            new FragmentConfiguration(),
            new AnnotationConfiguration()
        });
        handler.setThrowUnavailableOnStartupException(true);
        return new ConvergedContext(handler, Optional.of(contextPath));
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

    ServletContextHandler handler() {
        return handler;
    }

    void start(Server server) throws Exception {
        handler.setServer(server);
        handler.start();
    }

    void stop() throws Exception {
        handler.stop();
        handler.destroy();
    }

    /** Jetty calls for the listeners before it makes servlets, and once more when it has started. */
    private static final class ListenerCalls {
        private final Spec spec;
        private boolean done;

        ListenerCalls(Spec spec) {
            this.spec = spec;
        }

        void around(ServletContextHandler handler, Listeners listeners) throws Exception {
            if (done) {
                return;
            }
            done = true;
            handler.getInitParams().putAll(spec.parameters());
            spec.startup().beforeListeners(handler.getServletContext());
            listeners.call();
            spec.startup().afterListeners(handler.getServletContext());
        }
    }

    private interface Listeners {
        void call() throws Exception;
    }

    private static final class SipOnlyHandler extends ServletContextHandler {
        private final ListenerCalls calls;

        SipOnlyHandler(Spec spec) {
            super(NO_SESSIONS);
            calls = new ListenerCalls(spec);
        }

        @Override
        public void contextInitialized() throws Exception {
            calls.around(this, super::contextInitialized);
        }
    }

    private static final class WebHandler extends WebAppContext {
        private final ListenerCalls calls;

        WebHandler(Spec spec) {
            calls = new ListenerCalls(spec);
        }

        @Override
        public void contextInitialized() throws Exception {
            calls.around(this, super::contextInitialized);
        }
    }
}
