// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution.apps.vault;

import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.annotation.security.SipMethodConstraint;
import jakarta.servlet.sip.annotation.security.SipSecurity;
import java.io.IOException;

/** Greets keepers by name, and answers OPTIONS for everybody. Thread-safe. */
@jakarta.servlet.sip.annotation.SipServlet(name = "vault")
@SipSecurity(
        sipMethodConstraints =
                @SipMethodConstraint(value = "MESSAGE", rolesAllowed = "keeper", proxyAuthentication = true))
public final class VaultServlet extends SipServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doMessage(SipServletRequest message) throws IOException {
        String keeper = message.isUserInRole("keeper") ? " keeper" : "";
        message.createResponse(200, "Welcome " + message.getRemoteUser() + keeper)
                .send();
    }

    @Override
    protected void doOptions(SipServletRequest options) throws IOException {
        options.createResponse(200).send();
    }
}
