// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Passes a message on to another servlet of the application by name (JSR 289 §17.1). */
record ServletDispatcher(Servlet servlet) implements RequestDispatcher {

    @Override
    @SuppressWarnings("NullAway") // one of the two is null by the API
    public void forward(@Nullable ServletRequest request, @Nullable ServletResponse response)
            throws ServletException, IOException {
        servlet.service(request, response);
    }

    @Override
    public void include(ServletRequest request, ServletResponse response) {
        throw new UnsupportedOperationException("SIP messages are forwarded, not included");
    }
}
