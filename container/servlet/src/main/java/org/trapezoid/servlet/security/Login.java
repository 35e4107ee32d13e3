// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.util.Optional;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.LoginConfig;
import org.trapezoid.servlet.descriptor.LoginConfig.IdentityAssertion;

/**
 * How senders prove who they are. An immutable value.
 *
 * @param realm whose users they are
 * @param digest whether they are asked for a password
 * @param asserted whether P-Asserted-Identity of trusted peers is believed
 * @param assertionRequired whether nothing else is
 */
record Login(String realm, boolean digest, boolean asserted, boolean assertionRequired) {

    /** Without login-config: digest, in the realm of the application's name. */
    static Login of(AppDescriptor descriptor) {
        Optional<LoginConfig> config = descriptor.loginConfig();
        boolean asserted = config.filter(login -> login.identityAssertion() == IdentityAssertion.P_ASSERTED_IDENTITY)
                .isPresent();
        boolean required = config.filter(LoginConfig::identityAssertionRequired).isPresent();
        boolean asks = config.flatMap(LoginConfig::authMethod).isPresent() || !asserted;
        return new Login(
                config.flatMap(LoginConfig::realmName).orElse(descriptor.name()), asks, asserted, asserted && required);
    }
}
