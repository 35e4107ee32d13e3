// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor.sample;

import jakarta.servlet.sip.ConcurrencyMode;
import jakarta.servlet.sip.annotation.SipApplication;
import jakarta.servlet.sip.annotation.security.SipLogin;

@SipApplication(
        name = "sample",
        displayName = "Sample",
        distributable = true,
        proxyTimeout = 30,
        sessionTimeout = 0,
        mainServlet = "main",
        concurrencyMode = ConcurrencyMode.APPLICATIONSESSION,
        establishDialogOnSubscribeTransaction = true,
        loginConfig =
                @SipLogin(
                        authMethod = "DIGEST",
                        realmName = "example.com",
                        identityAssertion = SipLogin.IdentityAssertion.P_ASSERTED_IDENTITY,
                        identityAssertionSupport = SipLogin.IdentityAssertionSupport.REQUIRED))
public final class Application {}
