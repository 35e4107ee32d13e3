// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;

/** Finds what the container offers to applications in the context attributes. */
public final class Services {

    private Services() {}

    /** The service that is kept under a name. */
    public static <T> T find(ServletContext context, String attribute, Class<T> type) throws ServletException {
        Object service = context.getAttribute(attribute);
        if (!type.isInstance(service)) {
            throw new ServletException(
                    "this container has no " + type.getName() + " (context attribute " + attribute + ")");
        }
        return type.cast(service);
    }
}
