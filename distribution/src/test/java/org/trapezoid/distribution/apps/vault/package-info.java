// SPDX-License-Identifier: Apache-2.0
/** An application that is for some users only. */
@NullMarked
@SipApplication(
        name = "vault",
        mainServlet = "vault",
        loginConfig = @SipLogin(authMethod = "DIGEST", realmName = "vault.test"))
package org.trapezoid.distribution.apps.vault;

import jakarta.servlet.sip.annotation.SipApplication;
import jakarta.servlet.sip.annotation.security.SipLogin;
import org.jspecify.annotations.NullMarked;
