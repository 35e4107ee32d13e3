// SPDX-License-Identifier: Apache-2.0
/** Calls somebody: the calling side of the example of two peers. */
@NullMarked
@SipApplication(name = "tesla", mainServlet = "tesla")
package org.trapezoid.distribution.apps.tesla;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
