// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.Servlet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The initialised servlets of an application by name, in order of declaration. Immutable. */
public final class ServletTable {

    private final Map<String, Servlet> servlets;

    public ServletTable(Map<String, ? extends Servlet> servlets) {
        this.servlets = new LinkedHashMap<>(servlets);
    }

    public Optional<Servlet> servlet(String name) {
        return Optional.ofNullable(servlets.get(name));
    }

    public Collection<Servlet> all() {
        return servlets.values();
    }
}
