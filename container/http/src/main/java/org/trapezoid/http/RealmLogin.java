// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.eclipse.jetty.security.AbstractLoginService;
import org.eclipse.jetty.security.RolePrincipal;
import org.eclipse.jetty.security.UserPrincipal;
import org.eclipse.jetty.util.security.Credential;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.security.Accounts;
import org.trapezoid.servlet.security.Realms;
import org.trapezoid.sip.auth.DigestAlgorithm;

/** The users of the SIP side for the security constraints of web.xml, in the realm of its login-config. Thread-safe; may block. */
final class RealmLogin extends AbstractLoginService {
    private final String realm;
    private final Supplier<Realms> users;

    RealmLogin(String realm, Supplier<Realms> users) {
        this.realm = realm;
        this.users = users;
        setName(realm);
    }

    @Override
    protected @Nullable UserPrincipal loadUserInfo(String name) {
        Accounts accounts = users.get().accounts();
        Map<DigestAlgorithm, String> secrets = new EnumMap<>(DigestAlgorithm.class);
        for (DigestAlgorithm each :
                List.of(DigestAlgorithm.SHA_512_256, DigestAlgorithm.SHA_256, DigestAlgorithm.MD5)) {
            accounts.secret(name, realm, each).ifPresent(secret -> secrets.put(each, secret));
        }
        return secrets.isEmpty() ? null : new UserPrincipal(name, new Hashed(name, realm, secrets));
    }

    @Override
    protected List<RolePrincipal> loadRoleInfo(UserPrincipal user) {
        return users.get().accounts().roles(user.getName(), realm).stream()
                .map(RolePrincipal::new)
                .toList();
    }

    /** A password of which hashes are known: for BASIC and FORM any of them, for DIGEST that of its algorithm. */
    private static final class Hashed extends Credential {
        private static final long serialVersionUID = 1;

        private final String name;
        private final String realm;
        private final EnumMap<DigestAlgorithm, String> secrets;

        Hashed(String name, String realm, Map<DigestAlgorithm, String> secrets) {
            this.name = name;
            this.realm = realm;
            this.secrets = new EnumMap<>(secrets);
        }

        @Override
        public boolean check(Object given) {
            if (given instanceof Credential digest) { // what a browser answered, which knows how to check itself
                for (String each : secrets.values()) {
                    if (digest.check(Credential.getCredential("MD5:" + each))) { // whatever the algorithm
                        return true;
                    }
                }
                return false;
            }
            String password = given instanceof char[] characters ? new String(characters) : String.valueOf(given);
            Map.Entry<DigestAlgorithm, String> any =
                    secrets.entrySet().iterator().next();
            return MessageDigest.isEqual(
                    any.getKey().ha1(name, realm, password).getBytes(StandardCharsets.US_ASCII),
                    any.getValue().getBytes(StandardCharsets.US_ASCII));
        }
    }
}
