// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.eclipse.jetty.ee11.annotations.AnnotationIntrospector;
import org.eclipse.jetty.ee11.annotations.DeclareRolesAnnotationHandler;
import org.eclipse.jetty.ee11.annotations.MultiPartConfigAnnotationHandler;
import org.eclipse.jetty.ee11.annotations.RunAsAnnotationHandler;
import org.eclipse.jetty.ee11.annotations.ServletSecurityAnnotationHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.util.DecoratedObjectFactory;
import org.eclipse.jetty.util.Decorator;
import org.trapezoid.servlet.app.Components;

/**
 * Gives what Jetty makes for an application what the application's SIP components are given, and lets a class that serves both
 * protocols have one instance. Safe for use by any thread once the context has begun to start.
 */
final class ComponentDecorator implements Decorator {

    private final Optional<AnnotationIntrospector> introspector;
    private volatile Optional<Components> components = Optional.empty();

    private ComponentDecorator(Optional<AnnotationIntrospector> introspector) {
        this.introspector = introspector;
    }

    /** For a context without HTTP. */
    static ComponentDecorator plain() {
        return new ComponentDecorator(Optional.empty());
    }

    static ComponentDecorator of(WebAppContext context) {
        AnnotationIntrospector introspector = new AnnotationIntrospector(context);
        introspector.registerHandler(new RunAsAnnotationHandler(context));
        introspector.registerHandler(new DeclareRolesAnnotationHandler(context));
        introspector.registerHandler(new MultiPartConfigAnnotationHandler(context));
        introspector.registerHandler(new ServletSecurityAnnotationHandler(context));
        return new ComponentDecorator(Optional.of(introspector));
    }

    void components(Components shared) {
        components = Optional.of(shared);
    }

    @Override
    public <T> T decorate(T made) {
        introspect(made);
        if (components.isPresent()) {
            try {
                return components.get().made(made);
            } catch (ServletException e) {
                throw new IllegalStateException(e.getMessage(), e);
            }
        }
        return made;
    }

    private void introspect(Object made) {
        introspector.ifPresent(each -> each.introspect(made, DecoratedObjectFactory.getAssociatedInfo()));
    }

    @Override
    public void destroy(Object ended) {
        components.ifPresent(each -> each.ended(ended));
    }

    /** A servlet whose class has an instance on the SIP side is that instance. */
    void share(ServletHolder holder) {
        Object known = components
                .flatMap(each -> Optional.ofNullable(holder.getClassName()).flatMap(each::known))
                .orElse(null);
        if (known instanceof Servlet servlet && !holder.isInstance()) {
            DecoratedObjectFactory.associateInfo(holder);
            try {
                introspect(servlet);
            } finally {
                DecoratedObjectFactory.disassociateInfo();
            }
            holder.setServlet(
                    components.orElseThrow().isSipServlet(servlet) ? new InitialisedServlet(servlet) : servlet);
        }
    }

    /** The SIP side has initialised it and will destroy it. */
    private record InitialisedServlet(Servlet servlet) implements Servlet {
        @Override
        public void init(ServletConfig config) {
            // was done
        }

        @Override
        public ServletConfig getServletConfig() {
            return servlet.getServletConfig();
        }

        @Override
        public void service(ServletRequest request, ServletResponse response) throws ServletException, IOException {
            servlet.service(request, response);
        }

        @Override
        public String getServletInfo() {
            return servlet.getServletInfo();
        }

        @Override
        public void destroy() {
            // will be done
        }
    }
}
