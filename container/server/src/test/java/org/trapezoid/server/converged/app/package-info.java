// SPDX-License-Identifier: Apache-2.0
/** A converged application, deployed by the tests as an archive. */
@NullMarked
@SipApplication(name = "desk", mainServlet = "desk")
package org.trapezoid.server.converged.app;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
