// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import java.util.Locale;
import java.util.Optional;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.OtherUri;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.TelUri;
import org.trapezoid.sip.uri.Uri;

/** The canonical form of addresses-of-record, RFC 3261 §10.3 step 5. */
final class AddressOfRecord {

    private AddressOfRecord() {}

    static String canonical(String text) {
        Uri uri = Uri.parse(text);
        if (uri instanceof SipUri sip) {
            return sip(sip);
        }
        if (uri instanceof TelUri tel) {
            return tel(tel);
        }
        return uri instanceof OtherUri other ? other.scheme() + ":" + other.opaque() : text;
    }

    private static String sip(SipUri uri) {
        StringBuilder out = new StringBuilder(48).append(uri.scheme()).append(':');
        Optional<String> user = uri.user();
        if (user.isPresent()) {
            appendUnescaped(user.get(), out);
            out.append('@');
        }
        out.append(HostPort.canonicalHost(uri.host()));
        if (uri.port() != HostPort.NO_PORT) {
            out.append(':').append(uri.port());
        }
        return out.toString();
    }

    /** Without escapes that are not needed, and those that are in upper case. */
    private static void appendUnescaped(String user, StringBuilder out) {
        for (int i = 0; i < user.length(); i++) {
            char c = user.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            String escape = user.substring(i, i + 3).toUpperCase(Locale.ROOT);
            String plain = SipUri.unescape(escape);
            boolean ascii = plain.length() == 1 && plain.charAt(0) < 0x80;
            out.append(ascii ? SipUri.escapeUser(plain) : escape);
            i += 2;
        }
    }

    /** Without visual separators and parameters; a local number keeps its context, without which it says nothing. */
    private static String tel(TelUri uri) {
        StringBuilder out = new StringBuilder(uri.isGlobal() ? "tel:+" : "tel:");
        String number = uri.number();
        for (int i = 0; i < number.length(); i++) {
            char c = number.charAt(i);
            if ("-.()".indexOf(c) < 0) {
                out.append(Character.toLowerCase(c));
            }
        }
        uri.phoneContext()
                .ifPresent(context ->
                        out.append(Parameters.EMPTY.with("phone-context", context.toLowerCase(Locale.ROOT))));
        return out.toString();
    }
}
