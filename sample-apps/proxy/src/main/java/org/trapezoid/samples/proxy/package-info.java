// SPDX-License-Identifier: Apache-2.0
/** A forking proxy for the subscribers of its domains, RFC 3261 §16. */
@NullMarked
@SipApplication(name = "proxy", displayName = "Proxy", mainServlet = "proxy", distributable = true)
package org.trapezoid.samples.proxy;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
