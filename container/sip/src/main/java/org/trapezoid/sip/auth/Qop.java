// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import java.util.Optional;

/** The quality of protection of digest credentials, RFC 7616 §3.3. */
public enum Qop {
    /** None was given, as RFC 2069 did. */
    NONE(""),
    AUTH("auth"),
    AUTH_INT("auth-int");

    private final String token;

    Qop(String token) {
        this.token = token;
    }

    public String token() {
        return token;
    }

    static Optional<Qop> of(String token) {
        for (Qop qop : values()) {
            if (qop != NONE && qop.token.equalsIgnoreCase(token)) {
                return Optional.of(qop);
            }
        }
        return Optional.empty();
    }
}
