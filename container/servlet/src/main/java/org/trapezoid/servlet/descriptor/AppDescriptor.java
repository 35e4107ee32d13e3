// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that is declared about an application, by sip.xml, annotations or a program. An immutable value. A session timeout that is
 * empty means that sessions never expire.
 */
public record AppDescriptor(
        String name,
        DescriptorVersion version,
        Optional<String> displayName,
        boolean distributable,
        Map<String, String> contextParams,
        List<String> listeners,
        List<ServletDescriptor> servlets,
        ServletSelection selection,
        Duration proxyTimeout,
        Optional<Duration> sessionTimeout,
        List<SecurityConstraint> securityConstraints,
        Optional<LoginConfig> loginConfig,
        List<String> securityRoles,
        List<ResourceReference> resources,
        SessionOptions options,
        Optional<KeyMethod> keyMethod) {

    public static final Duration DEFAULT_PROXY_TIMEOUT = Duration.ofMinutes(3);
    public static final Duration DEFAULT_SESSION_TIMEOUT = Duration.ofMinutes(3);

    public AppDescriptor {
        contextParams = Collections.unmodifiableMap(new LinkedHashMap<>(contextParams));
        listeners = List.copyOf(listeners);
        servlets = List.copyOf(servlets);
        securityConstraints = List.copyOf(securityConstraints);
        securityRoles = List.copyOf(securityRoles);
        resources = List.copyOf(resources);
    }

    /** An application of one servlet, as an embedding program starts it. */
    public static AppDescriptor of(String name, ServletDescriptor servlet) {
        return of(name, servlet, List.of());
    }

    static AppDescriptor of(String name, ServletDescriptor servlet, List<SecurityConstraint> constraints) {
        return new AppDescriptor(
                name,
                DescriptorVersion.V2_0,
                Optional.empty(),
                false,
                Map.of(),
                List.of(),
                List.of(servlet),
                new ServletSelection.MainServlet(servlet.name()),
                DEFAULT_PROXY_TIMEOUT,
                Optional.of(DEFAULT_SESSION_TIMEOUT),
                constraints,
                Optional.empty(),
                List.of(),
                List.of(),
                SessionOptions.DEFAULT,
                Optional.empty());
    }

    public Optional<ServletDescriptor> servlet(String servletName) {
        for (ServletDescriptor servlet : servlets) {
            if (servlet.name().equals(servletName)) {
                return Optional.of(servlet);
            }
        }
        return Optional.empty();
    }
}
