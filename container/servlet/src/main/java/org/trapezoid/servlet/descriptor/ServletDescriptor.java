// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A servlet: a subclass of SipServlet or, since 2.0, a plain annotated class. An immutable value. Role links lead from the role
 * name that the code uses to the role of the application.
 */
public record ServletDescriptor(
        String name,
        String className,
        Optional<String> displayName,
        Map<String, String> initParams,
        OptionalInt loadOnStartup,
        Optional<String> runAs,
        Map<String, String> roleLinks) {

    public ServletDescriptor {
        initParams = Collections.unmodifiableMap(new LinkedHashMap<>(initParams));
        roleLinks = Collections.unmodifiableMap(new LinkedHashMap<>(roleLinks));
    }

    /** A servlet without anything but a name and a class. */
    public static ServletDescriptor of(String name, String className) {
        return new ServletDescriptor(
                name, className, Optional.empty(), Map.of(), OptionalInt.empty(), Optional.empty(), Map.of());
    }
}
