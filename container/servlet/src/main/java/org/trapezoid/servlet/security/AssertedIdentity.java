// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;
import org.trapezoid.sip.uri.TelUri;
import org.trapezoid.sip.uri.Uri;

/** The user whom a URI names that somebody else vouches for: the first P-Asserted-Identity of a request, RFC 3325 §9.1. */
final class AssertedIdentity {

    private AssertedIdentity() {}

    /**
     * The user part, when the host is the realm: another domain has other users, who are called {@code user@host}. A telephone
     * number is a name as it stands. Empty when nobody is named.
     */
    static Optional<String> user(Request request, String realm) {
        for (String value : request.headers().values(HeaderName.P_ASSERTED_IDENTITY)) {
            try {
                return user(NameAddr.parse(value).uri(), realm);
            } catch (SyntaxException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    /** The same of a URI. */
    static Optional<String> user(Uri uri, String realm) {
        if (uri instanceof SipUri sip) {
            if (sip.user().isEmpty()) {
                return Optional.empty();
            }
            String user = sip.userDecoded();
            return Optional.of(sip.host().equalsIgnoreCase(realm) ? user : user + '@' + sip.host());
        }
        return uri instanceof TelUri tel ? Optional.of((tel.isGlobal() ? "+" : "") + tel.number()) : Optional.empty();
    }
}
