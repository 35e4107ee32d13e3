// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.EnumSet;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextRequest;
import org.eclipse.jetty.ee11.servlet.ServletHandler;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.security.WebSocketOpening;

/**
 * Opens WebSocket connections for SIP at a path of an application (JSR 359 §13.2): behind its security constraints and as the
 * last of its filters, so that it knows who connects, and may turn away. Thread-safe.
 */
final class ApplicationWebSocket implements Filter {

    /** Answers a request that opens a connection for SIP; false for any other one. */
    interface Upgrade {
        boolean answer(Request request, Response response, Callback callback, @Nullable HttpServletRequest servlet);
    }

    private final String path;
    private final Upgrade upgrade;

    ApplicationWebSocket(String path, Upgrade upgrade) {
        this.path = path;
        this.upgrade = upgrade;
    }

    /** After every other filter there is. */
    void addTo(ServletHandler handler) {
        FilterHolder holder = new FilterHolder(this);
        holder.setName("trapezoid-sip-websocket");
        holder.setAsyncSupported(true);
        handler.addFilterWithMapping(holder, path, EnumSet.of(DispatcherType.REQUEST));
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain rest)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest http)
                || http.getHeader(HttpHeader.UPGRADE.asString()) == null
                || !answered(http)) {
            rest.doFilter(request, response);
        }
    }

    private boolean answered(HttpServletRequest http) throws IOException {
        ServletContextRequest request = ServletContextRequest.getServletContextRequest(http);
        try (Blocker.Callback done = Blocker.callback()) {
            if (!upgrade.answer(request, request.getServletContextResponse(), done, http)) {
                done.succeeded();
                return false;
            }
            done.block();
        }
        http.setAttribute(WebSocketOpening.OPENED, true);
        return true;
    }
}
