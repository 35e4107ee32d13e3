// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.AuthInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.auth.Account;
import org.trapezoid.sip.auth.DigestChallenge;
import org.trapezoid.sip.header.HeaderName;

/** Credentials of an application by status and realm (JSR 289 §16.10). Confined to the application. */
final class Credentials implements AuthInfo {
    private static final long serialVersionUID = 1;

    private record Realm(int status, String name) implements java.io.Serializable {}

    private record Secret(String user, String password) implements java.io.Serializable {
        @Override
        public String toString() {
            return user + ":***";
        }
    }

    private final LinkedHashMap<Realm, Secret> secrets = new LinkedHashMap<>();

    static Credentials of(AuthInfo info) {
        if (info instanceof Credentials credentials) {
            return credentials;
        }
        throw new IllegalArgumentException("an AuthInfo is made by SipFactory.createAuthInfo, not " + info.getClass());
    }

    @Override
    public void addAuthInfo(int statusCode, String realm, String username, String password) {
        secrets.put(new Realm(statusCode, realm), new Secret(username, password));
    }

    /** Adds credentials for each realm of the challenge that they are known for. */
    void answer(SipResponse response, SipRequest request) {
        HeaderName header = response.getStatus() == 407 ? HeaderName.PROXY_AUTHORIZATION : HeaderName.AUTHORIZATION;
        Map<String, DigestChallenge> best = new LinkedHashMap<>();
        for (DigestChallenge challenge : response.challenges()) {
            best.putIfAbsent(challenge.realm(), challenge); // RFC 8760 §2.4: the first one is the server's preference
        }
        int nonceCount = best.isEmpty() ? 0 : response.nextNonceUse();
        for (DigestChallenge challenge : best.values()) {
            Secret secret = secrets.get(new Realm(response.getStatus(), challenge.realm()));
            if (secret != null) {
                Account account = new Account(secret.user(), secret.password());
                String credentials = request.runtime()
                        .responder()
                        .answer(challenge, account, request.message(), nonceCount)
                        .toString();
                request.edit().add(header, credentials);
            }
        }
    }

    @Override
    public boolean equals(@Nullable Object obj) {
        return obj instanceof Credentials other && secrets.equals(other.secrets);
    }

    @Override
    public int hashCode() {
        return secrets.hashCode();
    }

    Optional<String> user(int status, String realm) {
        return Optional.ofNullable(secrets.get(new Realm(status, realm))).map(Secret::user);
    }
}
