// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import jakarta.servlet.ServletContext;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.UserStore;
import org.trapezoid.servlet.app.AppSource;
import org.trapezoid.servlet.app.OwnUsers;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.LoginConfig;
import org.trapezoid.servlet.descriptor.LoginConfig.IdentityAssertion;
import org.trapezoid.servlet.security.Guard;
import org.trapezoid.servlet.security.Realms;
import org.trapezoid.servlet.security.StoredAccounts;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.transport.TrustDomain;

/** Makes the guards of applications. Used by the deploying thread. */
final class Guards {
    private static final Logger log = LoggerFactory.getLogger(Guards.class);

    /** Of a server without users. */
    private static final UserStore NOBODY = (name, realm) -> Optional.empty();

    private final NonceStore nonces;
    private final InstantSource time;
    private final TrustDomain trust;
    private final Realms ofServer;

    Guards(Optional<Realms> ofServer, TrustDomain trust, InstantSource time, NonceStore nonces) {
        this.nonces = nonces;
        this.time = time;
        this.trust = trust;
        this.ofServer = ofServer.orElseGet(() -> over("no users", NOBODY));
    }

    private Realms over(String label, UserStore store) {
        return new Realms(new StoredAccounts(label, store, StoredAccounts.Options.DEFAULT, time), nonces, time);
    }

    /** That of an application with security constraints. */
    Optional<Guard> of(AppSource source) {
        AppDescriptor descriptor = source.descriptor();
        if (descriptor.securityConstraints().isEmpty()) {
            return Optional.empty();
        }
        String name = descriptor.name();
        Optional<IdentityAssertion> asserted = descriptor.loginConfig().map(LoginConfig::identityAssertion);
        if (asserted.equals(Optional.of(IdentityAssertion.P_ASSERTED_IDENTITY)) && trust == TrustDomain.EVERYBODY) {
            log.warn(
                    "application {} wants P-Asserted-Identity of trusted peers, and the configuration names none"
                            + " (trust): nobody is believed",
                    name);
        }
        return Optional.of(new Guard(descriptor, users(name, source.servletContext()), trust::vouches));
    }

    /** Those of an application. */
    Supplier<Realms> users(String application, ServletContext context) {
        return new OwnUsers(
                context, ofServer, store -> over("the store of users of application " + application, store));
    }
}
