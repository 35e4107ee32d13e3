// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.lounge;

import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletContext;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipServletResponse;
import jakarta.servlet.sip.SipWebSocketContext;
import jakarta.servlet.sip.annotation.security.SipMethodConstraint;
import jakarta.servlet.sip.annotation.security.SipSecurity;
import java.io.IOException;
import java.security.Principal;

/** Tells who sends, and over which connection. */
@jakarta.servlet.sip.annotation.SipServlet(name = "lounge")
@SipSecurity(sipMethodConstraints = @SipMethodConstraint(value = "MESSAGE", rolesAllowed = "member"))
public class Lounge extends SipServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doMessage(SipServletRequest request) throws IOException {
        answer(request);
    }

    @Override
    protected void doOptions(SipServletRequest request) throws IOException {
        answer(request);
    }

    private void answer(SipServletRequest request) throws IOException {
        SipServletResponse response = request.createResponse(200);
        response.setHeader("X-Sender", request.getRemoteUser() + " member " + request.isUserInRole("member"));
        SipWebSocketContext socket = request.getLocalSipWebSocketContext();
        if (socket != null) {
            Principal web = socket.getWebSecurityPrincipal();
            String token = socket.getFlow().getToken();
            SipWebSocketContext same = ((SipServletContext) getServletContext()).getSipWebSocketContext(token);
            response.setHeader("X-Web", web == null ? "nobody" : web.getName());
            response.setHeader("X-Url", socket.getURL() + " " + same.getURL().equals(socket.getURL()));
            response.setHeader("X-Kept", socket.getHttpHeader("x-REALM") + " " + socket.getHttpHeader("Authorization"));
        }
        response.send();
    }
}
