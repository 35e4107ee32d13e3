// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.annotation.security.DeclareRoles;
import jakarta.annotation.security.RunAs;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.annotation.security.SipConstraint;
import jakarta.servlet.sip.annotation.security.SipMethodConstraint;
import jakarta.servlet.sip.annotation.security.SipSecurity;

@jakarta.servlet.sip.annotation.SipServlet(name = "main", loadOnStartup = 2)
@RunAs("operator")
@DeclareRoles({"caller", "operator"})
@SipSecurity(
        value = @SipConstraint(transportGuarantee = SipSecurity.TransportGuarantee.CONFIDENTIAL),
        sipMethodConstraints = {
            @SipMethodConstraint(value = "INVITE", rolesAllowed = "caller", proxyAuthentication = true),
            @SipMethodConstraint(value = "PUBLISH", emptyRoleSemantic = SipSecurity.EmptyRoleSemantic.DENY)
        })
public class MainServlet extends SipServlet {
    private static final long serialVersionUID = 1L;
}
