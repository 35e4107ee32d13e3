// SPDX-License-Identifier: Apache-2.0
/** An application whose pages open WebSocket connections for SIP, deployed by a test as an archive. */
@NullMarked
@SipApplication(
        name = "lounge",
        mainServlet = "lounge",
        loginConfig =
                @SipLogin(
                        authMethod = "DIGEST",
                        realmName = "a.test",
                        identityAssertion = SipLogin.IdentityAssertion.WEBSOCKET))
package org.trapezoid.server.lounge;

import jakarta.servlet.sip.annotation.SipApplication;
import jakarta.servlet.sip.annotation.security.SipLogin;
import org.jspecify.annotations.NullMarked;
