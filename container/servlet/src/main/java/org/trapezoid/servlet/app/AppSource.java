// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import java.util.Map;
import org.trapezoid.servlet.descriptor.AppDescriptor;

/**
 * What a deployed application is made of; given by the deployer. Immutable.
 *
 * @param descriptor what its sip.xml and annotations say
 * @param loader its class loader
 * @param servletContext shared with its HTTP servlets
 * @param contextParameters those of the descriptor, overridden by the operator's
 * @param instances servlets that exist already, by name: those of an embedding program
 */
public record AppSource(
        AppDescriptor descriptor,
        ClassLoader loader,
        ServletContext servletContext,
        Map<String, String> contextParameters,
        Map<String, Servlet> instances) {
    public AppSource {
        contextParameters = Map.copyOf(contextParameters);
        instances = Map.copyOf(instances);
    }
}
