// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution.apps.tesla;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipFactory;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A user agent client: it calls the URI in the Subject of a MESSAGE. Thread-safe. */
@jakarta.servlet.sip.annotation.SipServlet(name = "tesla")
public final class TeslaServlet extends SipServlet {
    private static final long serialVersionUID = 1L;

    private static final String OFFER = "v=0\r\no=tesla 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    @Override
    protected void doMessage(SipServletRequest message) throws ServletException, IOException {
        SipFactory factory = (SipFactory) getServletContext().getAttribute(SIP_FACTORY);
        SipServletRequest invite = factory.createRequest(
                factory.createApplicationSession(),
                "INVITE",
                factory.createAddress("\"Nikola Tesla\" <sip:tesla@high-voltage.test>"),
                factory.createAddress("\"Guglielmo Marconi\" <" + message.getHeader("Subject") + ">"));
        invite.setHeader("Subject", "Radio");
        invite.setContent(OFFER.getBytes(StandardCharsets.UTF_8), "application/sdp");
        invite.getSession().setHandler("tesla");
        invite.send();
        message.createResponse(SipServletResponse.SC_ACCEPTED).send();
    }

    @Override
    protected void doSuccessResponse(SipServletResponse response) throws ServletException, IOException {
        if (response.getMethod().equals("INVITE")) {
            response.createAck().send();
        }
    }

    @Override
    protected void doBye(SipServletRequest bye) throws ServletException, IOException {
        bye.createResponse(SipServletResponse.SC_OK).send();
    }
}
