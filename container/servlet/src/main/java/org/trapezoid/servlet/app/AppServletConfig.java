// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletContext;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a servlet is initialised with. Immutable. */
record AppServletConfig(String name, ServletContext context, Map<String, String> parameters) implements ServletConfig {

    @Override
    public String getServletName() {
        return name;
    }

    @Override
    public ServletContext getServletContext() {
        return context;
    }

    @Override
    public @Nullable String getInitParameter(String parameter) {
        String value = parameters.get(parameter);
        return value == null ? parameters.get(EitherName.other(parameter)) : value;
    }

    @Override
    public Enumeration<String> getInitParameterNames() {
        return Collections.enumeration(parameters.keySet());
    }
}
