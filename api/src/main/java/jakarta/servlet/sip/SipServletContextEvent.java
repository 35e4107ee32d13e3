// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;

/**
 * Tells that a SIP servlet was initialized. The event's source is the servlet context.
 *
 * @see SipServletListener
 */
public class SipServletContextEvent extends ServletContextEvent {
    /** The servlet that is ready, or null. */
    private final SipServlet servlet;

    /**
     * Makes an event.
     *
     * @param context the context of the application, not {@code null}
     * @param servlet the servlet that is ready, or {@code null} for a POJO
     * @throws IllegalArgumentException if {@code context} is {@code null}
     */
    public SipServletContextEvent(ServletContext context, SipServlet servlet) {
        super(context);
        this.servlet = servlet;
    }

    /** {@return the servlet that is ready, or {@code null} if it is a POJO that does not extend {@link SipServlet}} */
    public SipServlet getSipServlet() {
        return servlet;
    }
}
