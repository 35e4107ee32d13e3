// SPDX-License-Identifier: Apache-2.0
/** An application that blocks. */
@NullMarked
@SipApplication(name = "sleeper", mainServlet = "sleeper")
package org.trapezoid.distribution.apps.sleeper;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
