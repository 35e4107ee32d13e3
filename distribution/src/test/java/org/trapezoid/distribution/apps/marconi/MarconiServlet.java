// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution.apps.marconi;

import jakarta.servlet.ServletException;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** A user agent server: rings, answers, and hangs up when its answer was acknowledged. Thread-safe. */
@jakarta.servlet.sip.annotation.SipServlet(name = "marconi")
public final class MarconiServlet extends SipServlet {
    private static final long serialVersionUID = 1L;

    private static final String ANSWER = "v=0\r\no=marconi 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";

    @Override
    protected void doInvite(SipServletRequest invite) throws ServletException, IOException {
        invite.createResponse(SipServletResponse.SC_RINGING).send();
        SipServletResponse ok = invite.createResponse(SipServletResponse.SC_OK);
        ok.setContent(ANSWER.getBytes(StandardCharsets.UTF_8), "application/sdp");
        ok.send();
    }

    @Override
    protected void doAck(SipServletRequest ack) throws ServletException, IOException {
        ack.getSession().createRequest("BYE").send();
    }
}
