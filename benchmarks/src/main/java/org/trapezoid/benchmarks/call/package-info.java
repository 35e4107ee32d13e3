// SPDX-License-Identifier: Apache-2.0
/** The application that the comparison with other servers runs. */
@NullMarked
@SipApplication(name = "fixed", mainServlet = "fixed", distributable = true)
package org.trapezoid.benchmarks.call;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
