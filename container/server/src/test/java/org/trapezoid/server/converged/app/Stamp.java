// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged.app;

import jakarta.inject.Inject;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.sip.SipFactory;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Says in a header of every page whether it was given a factory. */
@WebFilter(urlPatterns = "/*", asyncSupported = true)
public class Stamp implements Filter {

    @Inject
    private @Nullable SipFactory factory;

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        ((HttpServletResponse) response).setHeader("X-Stamp", String.valueOf(factory != null));
        chain.doFilter(request, response);
    }
}
