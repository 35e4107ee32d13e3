// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.annotation.SipServlet;

@SipServlet(applicationName = "sample")
public class PlainServlet {

    /** A servlet whose name is that of the class alone. */
    @SipServlet
    public static class Inner {}
}
