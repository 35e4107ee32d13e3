// SPDX-License-Identifier: Apache-2.0
/** Click to call: a page has two phones talk, and shows how far they are. */
@NullMarked
@SipApplication(name = "click", mainServlet = "click")
package org.trapezoid.distribution.apps.click;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
