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
 * @param assertion by what somebody else may say who they are
 * @param assertionRequired whether nothing else is believed
 */
record Login(String realm, boolean digest, IdentityAssertion assertion, boolean assertionRequired) {

    /** Without login-config: digest, in the realm of the application's name. */
    static Login of(AppDescriptor descriptor) {
        Optional<LoginConfig> config = descriptor.loginConfig();
        IdentityAssertion assertion = config.map(LoginConfig::identityAssertion)
                .filter(scheme ->
                        scheme != IdentityAssertion.IDENTITY) // which is not verified, and not required either
                .orElse(IdentityAssertion.NONE);
        boolean asserted = assertion != IdentityAssertion.NONE;
        boolean required = config.filter(LoginConfig::identityAssertionRequired).isPresent();
        boolean asks = config.flatMap(LoginConfig::authMethod).isPresent() || !asserted;
        return new Login(realm(descriptor), asks, assertion, asserted && required);
    }

    private static String realm(AppDescriptor descriptor) {
        return descriptor.loginConfig().flatMap(LoginConfig::realmName).orElse(descriptor.name());
    }

    /** Whether P-Asserted-Identity of trusted peers is believed. */
    boolean believesPeers() {
        return assertion == IdentityAssertion.P_ASSERTED_IDENTITY;
    }
}
