// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.ServletContainerInitializer;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.ee11.annotations.AnnotationConfiguration;
import org.eclipse.jetty.ee11.annotations.AnnotationDecorator;
import org.eclipse.jetty.ee11.webapp.WebAppContext;
import org.eclipse.jetty.util.Decorator;

/**
 * Annotations of Jakarta Servlet and WebSocket in the classes of an application. What is injected, and the methods called after it, are
 * left to {@link ComponentDecorator}: the same for SIP and HTTP. Used by the deploying thread.
 */
final class ConvergedAnnotations extends AnnotationConfiguration {

    private final WebSocketEndpoints endpoints;

    ConvergedAnnotations(WebSocketEndpoints endpoints) {
        this.endpoints = endpoints;
    }

    @Override
    public void configure(WebAppContext context) throws Exception {
        super.configure(context);
        for (Decorator each : List.copyOf(context.getObjectFactory().getDecorators())) {
            if (each instanceof AnnotationDecorator) {
                context.getObjectFactory().removeDecorator(each);
            }
        }
    }

    /** The applications' own are found by their class loader, which does not see this one. */
    @Override
    protected List<ServletContainerInitializer> getNonExcludedInitializers(State state) {
        List<ServletContainerInitializer> all = new ArrayList<>();
        all.add(endpoints);
        all.addAll(super.getNonExcludedInitializers(state));
        return all;
    }
}
