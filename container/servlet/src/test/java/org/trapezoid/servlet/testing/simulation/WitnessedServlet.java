// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.URI;
import java.io.IOException;

/** An application that reports to the witness what it is given. */
public abstract class WitnessedServlet extends SipServlet {
    private static final long serialVersionUID = 1;

    private final String name;
    private final transient Witness witness;

    protected WitnessedServlet(String name, Witness witness) {
        this.name = name;
        this.witness = witness;
    }

    /** Whom it reports to. */
    protected final Witness witness() {
        return witness;
    }

    /** The name it reports by. */
    protected final String name() {
        return name;
    }

    protected final SipFactory factory() {
        return (SipFactory) getServletContext().getAttribute(SIP_FACTORY);
    }

    protected final URI uri(String text) throws ServletException {
        return factory().createURI(text);
    }

    /** Whom a request is for; empty when that is nobody of ours. */
    protected static String user(SipServletRequest req) {
        String user = req.getRequestURI() instanceof SipURI uri ? uri.getUser() : null;
        return user == null ? "" : user;
    }

    @Override
    protected void doRequest(SipServletRequest req) throws ServletException, IOException {
        witness.sees(name, req);
        super.doRequest(req);
    }

    @Override
    protected void doResponse(SipServletResponse resp) throws ServletException, IOException {
        witness.sees(name, resp);
        super.doResponse(resp);
    }
}
