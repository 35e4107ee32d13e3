// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

/** Writes header parameter values, RFC 3261 §25.1. */
final class Quoting {
    private static final String TOKEN_MARKS = "-.!%*_+`'~[]:"; // with what a host may have

    private Quoting() {}

    /** As it is when it is a token or a host, or quoted already; else quoted. */
    static String value(String value) {
        if (isQuoted(value) || isTokenOrHost(value)) {
            return value;
        }
        StringBuilder quoted = new StringBuilder(value.length() + 2).append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c);
        }
        return quoted.append('"').toString();
    }

    private static boolean isQuoted(String value) {
        return value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
    }

    private static boolean isTokenOrHost(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && TOKEN_MARKS.indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }
}
