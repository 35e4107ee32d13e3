// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.lounge;

import jakarta.annotation.Resource;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.annotation.WebFilter;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.sip.SipServletContext;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gives the connections of web users their SIP identity, and lets some not in. */
@WebFilter("/*")
public class Entrance extends HttpFilter {
    private static final long serialVersionUID = 1L;

    @Resource
    private transient @Nullable SipServletContext sip;

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String identity = request.getParameter("identity");
        if ("late".equals(identity)) {
            chain.doFilter(request, response);
            assign(request, "sip:carol@a.test");
            return;
        }
        if (identity != null) {
            Throwable refused = assign(request, identity.equals("none") ? null : identity);
            if (refused != null) {
                response.setStatus(HttpServletResponse.SC_CONFLICT);
                response.getWriter().print(refused);
                return;
            }
        }
        if ("closed".equals(request.getParameter("door"))) {
            response.sendError(HttpServletResponse.SC_GONE);
            return;
        }
        chain.doFilter(request, response);
    }

    @SuppressWarnings("NullAway") // what an application may do
    private @Nullable Throwable assign(HttpServletRequest request, @Nullable String identity) {
        try {
            Objects.requireNonNull(sip).assignWebSocketSipIdentity(request, identity);
            return null;
        } catch (IllegalStateException | IllegalArgumentException e) {
            getServletContext().setAttribute("refused", e);
            return e;
        }
    }
}
