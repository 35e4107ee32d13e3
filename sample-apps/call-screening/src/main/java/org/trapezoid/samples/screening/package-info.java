// SPDX-License-Identifier: Apache-2.0
/** Call screening: subscribers say whose calls they do not want. POJO servlets and CDI (JSR 359). */
@NullMarked
@SipApplication(name = "call-screening", displayName = "Call screening", mainServlet = "screening")
package org.trapezoid.samples.screening;

import jakarta.servlet.sip.annotation.SipApplication;
import org.jspecify.annotations.NullMarked;
