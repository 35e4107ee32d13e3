// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.benchmarks.call;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.Proxy;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.URI;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Record-routes every call and proxies it to the URI in the system property {@code fixed.target}; the application of proxied-call/run.sh. Its
 * sessions last as many minutes as {@code fixed.minutes} says, or the usual time.
 */
@jakarta.servlet.sip.annotation.SipServlet(name = "fixed")
public final class FixedProxy extends SipServlet {
    private static final long serialVersionUID = 1;

    private static final int MINUTES = Integer.getInteger("fixed.minutes", 0);

    private transient @Nullable URI target;

    @Override
    public void init() throws ServletException {
        SipFactory factory = (SipFactory) getServletContext().getAttribute(SIP_FACTORY);
        target = factory.createURI(System.getProperty("fixed.target", "sip:callee@127.0.0.1:5090"));
    }

    @Override
    protected void doRequest(SipServletRequest request) throws ServletException, IOException {
        URI fixed = target;
        if (request.isInitial() && fixed != null) {
            Proxy proxy = request.getProxy();
            proxy.setRecordRoute(true);
            if (MINUTES > 0) {
                request.getApplicationSession().setExpires(MINUTES);
            }
            proxy.proxyTo(fixed.clone());
        }
    }
}
