// SPDX-License-Identifier: Apache-2.0
/** An application that watches whether callbacks of its sessions overlap, deployed by a test as an archive. */
@NullMarked
@SipApplication(name = "overlap", mainServlet = "overlap")
package org.trapezoid.server.converged.overlap;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
