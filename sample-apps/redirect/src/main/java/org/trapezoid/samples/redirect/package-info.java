// SPDX-License-Identifier: Apache-2.0
/** A redirect server for the subscribers of its domains, RFC 3261 §8.3. */
@NullMarked
@SipApplication(name = "redirect", displayName = "Redirect server", mainServlet = "redirect")
package org.trapezoid.samples.redirect;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
