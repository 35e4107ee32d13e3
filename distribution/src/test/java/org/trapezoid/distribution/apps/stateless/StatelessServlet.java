// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution.apps.stateless;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import java.io.IOException;

/** Forwards every request to its Request-URI and keeps nothing. Thread-safe. */
@jakarta.servlet.sip.annotation.SipServlet(name = "stateless")
public final class StatelessServlet extends SipServlet {
    private static final long serialVersionUID = 1L;

    @Override
    @SuppressWarnings("deprecation") // the one way to ask for it
    protected void doRequest(SipServletRequest request) throws ServletException, IOException {
        Proxy proxy = request.getProxy();
        proxy.setStateful(false);
        proxy.setRecordRoute(false);
        proxy.proxyTo(request.getRequestURI());
    }
}
