// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.club;

import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.annotation.security.SipConstraint;
import jakarta.servlet.sip.annotation.security.SipSecurity;
import java.io.IOException;

/** Greets who may come in. */
@jakarta.servlet.sip.annotation.SipServlet(name = "door")
@SipSecurity(@SipConstraint(rolesAllowed = "member"))
public class Door extends SipServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doMessage(SipServletRequest request) throws IOException {
        request.createResponse(200, request.getRemoteUser()).send();
    }
}
