// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.annotation.security.RunAs;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.annotation.security.SipConstraint;
import jakarta.servlet.sip.annotation.security.SipSecurity;

/** No servlet by itself: sip.xml makes some of it. */
@SipSecurity(@SipConstraint(rolesAllowed = "caller"))
@RunAs("operator")
public class GuardedByClass extends SipServlet {
    private static final long serialVersionUID = 1L;

    /** Says nothing itself. */
    public static class Child extends GuardedByClass {
        private static final long serialVersionUID = 1L;
    }
}
