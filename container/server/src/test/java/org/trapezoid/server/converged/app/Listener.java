// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged.app;

import jakarta.annotation.Resource;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import jakarta.servlet.sip.SipApplicationSessionEvent;
import jakarta.servlet.sip.SipApplicationSessionListener;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.annotation.SipListener;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Listens to both sides: one instance, which has its factory from the beginning. */
@WebListener
@SipListener
public class Listener implements ServletContextListener, SipApplicationSessionListener {
    private final AtomicInteger started = new AtomicInteger();
    private final AtomicInteger sessions = new AtomicInteger();
    private volatile boolean complete;

    @Resource
    private @Nullable SipFactory factory;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        started.incrementAndGet();
        complete = factory != null && factory == event.getServletContext().getAttribute(SipServlet.SIP_FACTORY);
        event.getServletContext().setAttribute("listener", this);
    }

    @Override
    public void sessionCreated(SipApplicationSessionEvent event) {
        sessions.incrementAndGet();
    }

    static String text(ServletContext context) {
        Listener listener = (Listener) context.getAttribute("listener");
        return listener.started + " " + listener.complete + " " + listener.sessions;
    }

    @Override
    public void sessionDestroyed(SipApplicationSessionEvent event) {}

    @Override
    public void sessionExpired(SipApplicationSessionEvent event) {}

    @Override
    public void sessionReadyToInvalidate(SipApplicationSessionEvent event) {}
}
