// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.annotation.SipServlet;
import jakarta.servlet.sip.annotation.security.SipMethodConstraint;
import jakarta.servlet.sip.annotation.security.SipSecurity;

@SipServlet
@SipSecurity(sipMethodConstraints = {@SipMethodConstraint("INVITE"), @SipMethodConstraint("INVITE")})
public class TwiceConstrained {}
