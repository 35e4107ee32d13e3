// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.screening;

import jakarta.servlet.sip.SipServletRequest;
import jakarta.servlet.sip.SipURI;
import jakarta.servlet.sip.TelURL;
import jakarta.servlet.sip.URI;
import java.util.Locale;

/**
 * Who calls. Immutable.
 *
 * @param address {@code user@host}, or the number alone
 * @param domain {@code @host}
 * @param isAnonymous whether the caller does not say who it is
 */
record Caller(String address, String domain, boolean isAnonymous) {

    /** As From says; who must be sure authenticates callers in an application before this one. */
    static Caller of(SipServletRequest request) {
        URI uri = request.getFrom().getURI();
        if (uri instanceof TelURL tel) {
            return new Caller(tel.getPhoneNumber(), "", false);
        }
        if (!(uri instanceof SipURI sip)) {
            return new Caller(uri.toString(), "", false);
        }
        String host = "@" + sip.getHost().toLowerCase(Locale.ROOT);
        String user = sip.getUser() == null ? "" : sip.getUser();
        // RFC 3323 §4.1.1.3
        boolean anonymous = host.equals("@anonymous.invalid") || user.equalsIgnoreCase("anonymous");
        return new Caller(user + host, host, anonymous);
    }
}
