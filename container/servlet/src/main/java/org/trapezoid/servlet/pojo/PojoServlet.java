// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.pojo;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.sip.SipServletMessage;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A servlet around an object that extends none (JSR 359): each message is given to the most specific of its methods that takes
 * it, and to no other; one that none takes is dropped, a request without an answer. Safe for use by any thread if the object is.
 */
public final class PojoServlet implements Servlet {
    private static final Logger log = LoggerFactory.getLogger(PojoServlet.class);

    private final Object pojo;
    private final HandlerMethods handlers;
    private volatile @Nullable ServletConfig config;

    /** @throws ServletException naming the method that breaks a rule, or when no method takes a message */
    public PojoServlet(Object pojo) throws ServletException {
        this(pojo, pojo.getClass());
    }

    /**
     * Around what stands for an instance of the class, a proxy of CDI.
     *
     * @throws ServletException as above
     */
    public PojoServlet(Object pojo, Class<?> type) throws ServletException {
        this.pojo = pojo;
        this.handlers = HandlerMethods.of(pojo, type);
        if (handlers.isEmpty()) {
            throw new ServletException("class " + type.getName()
                    + " is no servlet: it does not extend SipServlet, and no method has an annotation such as @Invite");
        }
    }

    @Override
    public void init(ServletConfig given) {
        config = given;
    }

    @Override
    public @Nullable ServletConfig getServletConfig() {
        return config;
    }

    @Override
    public void service(@Nullable ServletRequest request, @Nullable ServletResponse response)
            throws ServletException, IOException {
        if (request instanceof SipServletRequest sip) {
            give(handlers.requests(), sip, 0);
        } else if (response instanceof SipServletResponse sip) {
            give(handlers.responses(), sip, sip.getStatus());
        }
    }

    private void give(List<Handler> candidates, SipServletMessage message, int status)
            throws ServletException, IOException {
        for (Handler handler : candidates) {
            if (handler.selector().takes(message, status)) {
                call(handler, message);
                return;
            }
        }
        log.debug("{}: no method takes {} {}", pojo.getClass().getName(), message.getMethod(), status);
    }

    private static void call(Handler handler, SipServletMessage message) throws ServletException, IOException {
        try {
            handler.call().invokeExact((Object) message);
        } catch (ServletException | IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable checked) {
            throw new ServletException(handler.name() + " threw " + checked, checked);
        }
    }

    @Override
    public String getServletInfo() {
        return pojo.getClass().getName();
    }

    @Override
    public void destroy() {
        // an object has @PreDestroy for it
    }
}
