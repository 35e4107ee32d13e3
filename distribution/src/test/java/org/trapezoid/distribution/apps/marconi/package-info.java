// SPDX-License-Identifier: Apache-2.0
/** Answers calls and ends them: the called side of the example of two peers. */
@NullMarked
@SipApplication(name = "marconi", mainServlet = "marconi")
package org.trapezoid.distribution.apps.marconi;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
