// SPDX-License-Identifier: Apache-2.0
/** A proxy without state, RFC 3261 §16.11. */
@NullMarked
@SipApplication(name = "stateless", mainServlet = "stateless")
package org.trapezoid.distribution.apps.stateless;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
