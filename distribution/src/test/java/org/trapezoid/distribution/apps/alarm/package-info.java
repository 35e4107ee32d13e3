// SPDX-License-Identifier: Apache-2.0
/** An application whose timers are watched from outside, while the nodes that have them die. */
@NullMarked
@SipApplication(name = "alarm", mainServlet = "alarm", distributable = true)
package org.trapezoid.distribution.apps.alarm;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
