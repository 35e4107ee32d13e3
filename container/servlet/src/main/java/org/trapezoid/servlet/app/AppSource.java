// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.Map;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.ResourceReference;

/**
 * What a deployed application is made of; given by the deployer. Immutable.
 *
 * @param descriptor what its sip.xml and annotations say
 * @param loader its class loader
 * @param servletContext shared with its HTTP servlets
 * @param contextParameters those of the descriptor, overridden by the operator's
 * @param instances servlets that exist already, by name: those of an embedding program
 * @param web what its HTTP side declares
 */
public record AppSource(
        AppDescriptor descriptor,
        ClassLoader loader,
        ServletContext servletContext,
        Map<String, String> contextParameters,
        Map<String, Servlet> instances,
        Web web) {
    public AppSource {
        contextParameters = Map.copyOf(contextParameters);
        instances = Map.copyOf(instances);
    }

    /** An application without HTTP. */
    public AppSource(
            AppDescriptor descriptor,
            ClassLoader loader,
            ServletContext servletContext,
            Map<String, String> contextParameters,
            Map<String, Servlet> instances) {
        this(descriptor, loader, servletContext, contextParameters, instances, Web.NONE);
    }

    /** The same with a context made of that one. */
    public AppSource with(SipContext sipContext) {
        return new AppSource(descriptor, loader, sipContext, contextParameters, instances, web);
    }

    /**
     * What web.xml and the annotations of Jakarta Servlet declare.
     *
     * @param references the naming environment
     * @param initParameters of its servlets, by class name
     */
    public record Web(List<ResourceReference> references, Map<String, Map<String, String>> initParameters) {
        public static final Web NONE = new Web(List.of(), Map.of());

        public Web {
            references = List.copyOf(references);
            initParameters = Map.copyOf(initParameters);
        }
    }
}
