// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.List;
import java.util.Optional;

/** How the servlet for an initial request is found. An immutable value. */
public sealed interface ServletSelection {

    /** The name of the servlet that gets the request; empty when the application does not handle it. */
    Optional<String> select(MappingTarget request);

    /** The servlet for what the application starts itself. */
    Optional<String> defaultServlet();

    /** All initial requests go to one servlet, JSR 289. */
    record MainServlet(String name) implements ServletSelection {
        @Override
        public Optional<String> select(MappingTarget request) {
            return Optional.of(name);
        }

        @Override
        public Optional<String> defaultServlet() {
            return Optional.of(name);
        }
    }

    /** The first mapping that matches decides, in the order of the descriptor. An empty list handles nothing. */
    record Mappings(List<ServletMapping> mappings, Optional<String> defaultServlet) implements ServletSelection {
        public Mappings {
            mappings = List.copyOf(mappings);
        }

        @Override
        public Optional<String> select(MappingTarget request) {
            for (ServletMapping mapping : mappings) {
                if (mapping.pattern().matches(request)) {
                    return Optional.of(mapping.servletName());
                }
            }
            return Optional.empty();
        }
    }
}
