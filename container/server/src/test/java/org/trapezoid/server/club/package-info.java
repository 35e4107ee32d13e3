// SPDX-License-Identifier: Apache-2.0
/** An application with members of its own, deployed by the tests as an archive. */
@NullMarked
@SipApplication(name = "club", mainServlet = "door", loginConfig = @SipLogin(authMethod = "DIGEST", realmName = "club"))
package org.trapezoid.server.club;

import jakarta.servlet.sip.annotation.SipApplication;
import jakarta.servlet.sip.annotation.security.SipLogin;
import org.jspecify.annotations.NullMarked;
