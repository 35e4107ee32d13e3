// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.trapezoid.sip.uri.Parameters;

/** Text of header parameters (RFC 3261 §25.1 gen-value: a token or a quoted string). */
final class AddressText {

    private AddressText() {}

    static String quoteIfNeeded(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean plain = (Character.isLetterOrDigit(c) && c < 128) || "-.!%*_+`'~[]:".indexOf(c) >= 0;
            if (!plain) {
                return value.startsWith("\"") && value.endsWith("\"") && value.length() > 1 ? value : quote(value);
            }
        }
        return value;
    }

    static String quote(String value) {
        StringBuilder quoted = new StringBuilder(value.length() + 8).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append('"').toString();
    }

    /** A copy: changing it does not change the header. */
    static Set<Map.Entry<String, String>> entries(Parameters parameters) {
        Map<String, String> copy = new LinkedHashMap<>();
        for (String name : parameters.names()) {
            copy.put(name, parameters.unquoted(name).orElse(""));
        }
        return copy.entrySet();
    }
}
