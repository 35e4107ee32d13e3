// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The parameters behind a scheme in a challenge or in credentials, RFC 3261 §25.1: names in lower case, quotes removed. */
record AuthParameters(String scheme, Map<String, String> values) {
    private static final int MAX_PARAMETERS = 64;

    /** Empty when the text does not follow the grammar, or a parameter occurs twice. Lenient on empty list elements. */
    static Optional<AuthParameters> parse(String text) {
        var scanner = new Scanner(text);
        scanner.skipSpace();
        var scheme = scanner.token();
        if (scheme.isEmpty() || !scanner.atSpaceOrEnd()) {
            return Optional.empty();
        }
        var values = new HashMap<String, String>();
        scanner.skipSeparators();
        while (!scanner.atEnd()) {
            if (values.size() == MAX_PARAMETERS || !scanner.parameterInto(values)) {
                return Optional.empty();
            }
        }
        return Optional.of(new AuthParameters(scheme, values));
    }

    boolean isDigest() {
        return scheme.equalsIgnoreCase("Digest");
    }

    Optional<String> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    boolean isTrue(String name) {
        return "true".equalsIgnoreCase(values.get(name));
    }

    /** A quoted string, RFC 3261 §25.1. What cannot be quoted, as CR and LF, becomes a space. */
    static String quote(String text) {
        var quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\');
            }
            quoted.append(c < ' ' || c == 0x7F ? ' ' : c);
        }
        return quoted.append('"').toString();
    }

    /** Reads once from left to right. */
    private static final class Scanner {
        private final String text;
        private int position;

        Scanner(String text) {
            this.text = text;
        }

        boolean atEnd() {
            return position == text.length();
        }

        boolean atSpaceOrEnd() {
            return atEnd() || isSpace(text.charAt(position));
        }

        void skipSpace() {
            while (!atEnd() && isSpace(text.charAt(position))) {
                position++;
            }
        }

        void skipSeparators() {
            while (!atEnd() && (isSpace(text.charAt(position)) || text.charAt(position) == ',')) {
                position++;
            }
        }

        String token() {
            int start = position;
            while (!atEnd() && isTokenChar(text.charAt(position))) {
                position++;
            }
            return text.substring(start, position);
        }

        boolean parameterInto(Map<String, String> values) {
            var name = token();
            skipSpace();
            if (name.isEmpty() || atEnd() || text.charAt(position) != '=') {
                return false;
            }
            position++;
            skipSpace();
            var value = !atEnd() && text.charAt(position) == '"' ? quotedString() : unquoted();
            if (value.isEmpty() || values.putIfAbsent(name.toLowerCase(Locale.ROOT), value.get()) != null) {
                return false;
            }
            skipSpace();
            if (!atEnd() && text.charAt(position) != ',') {
                return false;
            }
            skipSeparators();
            return true;
        }

        private Optional<String> quotedString() {
            position++;
            var value = new StringBuilder();
            while (!atEnd()) {
                char c = text.charAt(position++);
                if (c == '"') {
                    return Optional.of(value.toString());
                }
                if (c == '\\') {
                    if (atEnd()) {
                        return Optional.empty();
                    }
                    c = text.charAt(position++);
                }
                value.append(c);
            }
            return Optional.empty();
        }

        /** A token, or what clients forget to quote: everything up to a comma, space or quote. */
        private Optional<String> unquoted() {
            int start = position;
            while (!atEnd() && !isSpace(text.charAt(position)) && ",\"".indexOf(text.charAt(position)) < 0) {
                position++;
            }
            return position > start ? Optional.of(text.substring(start, position)) : Optional.empty();
        }

        private static boolean isSpace(char c) {
            return c == ' ' || c == '\t' || c == '\r' || c == '\n';
        }

        private static boolean isTokenChar(char c) {
            return (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-.!%*_+`'~".indexOf(c) >= 0;
        }
    }
}
