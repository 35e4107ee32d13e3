// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.List;
import java.util.Optional;

/**
 * Who may send which initial requests to which servlets. An immutable value. Without roles everybody may; an empty list of roles
 * admits nobody.
 */
public record SecurityConstraint(
        Optional<String> displayName,
        List<Resources> resources,
        boolean proxyAuthentication,
        Optional<List<String>> roles,
        TransportGuarantee transportGuarantee) {

    /** What the connection has to offer. */
    public enum TransportGuarantee {
        NONE,
        INTEGRAL,
        CONFIDENTIAL
    }

    /** Servlets and methods; no servlets are all servlets, no methods are all methods but the excepted ones. */
    public record Resources(String name, List<String> servlets, List<String> methods, List<String> exceptMethods) {
        public Resources {
            servlets = List.copyOf(servlets);
            methods = List.copyOf(methods);
            exceptMethods = List.copyOf(exceptMethods);
        }

        public boolean covers(String servlet, String method) {
            return (servlets.isEmpty() || servlets.contains(servlet))
                    && (methods.isEmpty() ? !exceptMethods.contains(method) : methods.contains(method));
        }
    }

    public SecurityConstraint {
        resources = List.copyOf(resources);
        roles = roles.map(List::copyOf);
    }

    /** The same for one servlet alone. */
    SecurityConstraint forServlet(String servlet) {
        return new SecurityConstraint(
                displayName,
                resources.stream()
                        .map(each -> new Resources(each.name(), List.of(servlet), each.methods(), each.exceptMethods()))
                        .toList(),
                proxyAuthentication,
                roles,
                transportGuarantee);
    }

    /** Whether an initial request of that method for that servlet falls under the constraint. */
    public boolean covers(String servlet, String method) {
        for (Resources each : resources) {
            if (each.covers(servlet, method)) {
                return true;
            }
        }
        return false;
    }
}
