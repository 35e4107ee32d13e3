// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.uri;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A telephone number, RFC 3966. Immutable. Visual separators are kept and have no meaning in a comparison (§4). */
public final class TelUri extends Uri {
    private final boolean global;
    private final String number;
    private final Parameters parameters;

    private TelUri(boolean global, String number, Parameters parameters) {
        this.global = global;
        this.number = number;
        this.parameters = parameters;
    }

    /** {@code number} with its plus sign if it is a global one. */
    public static TelUri of(String number, Parameters parameters) {
        byte[] b = Grammar.bytes(number + parameters);
        checkRest(b, 0, b.length);
        return of(b, 0, b.length);
    }

    static void checkRest(byte[] b, int from, int to) {
        boolean global = b[from] == '+';
        boolean digit = false;
        int i = global ? from + 1 : from;
        while (i < to && b[i] != ';') {
            if (!isSeparator(b[i])) {
                boolean legal = Grammar.isDigit(b[i])
                        || (!global && (b[i] == '*' || b[i] == '#' || Character.digit(b[i], 16) >= 0));
                if (!legal) {
                    throw SyntaxException.expected("telephone number", b, from, to);
                }
                digit = true;
            }
            i++;
        }
        if (!digit || Parameters.checkUri(b, i, to) != to) {
            throw SyntaxException.expected("telephone number", b, from, to);
        }
    }

    static TelUri of(byte[] b, int from, int to) {
        boolean global = b[from] == '+';
        int end = Grammar.indexOf(b, from, to, ';');
        end = end < 0 ? to : end;
        String number = Grammar.text(b, global ? from + 1 : from, end);
        return new TelUri(global, number, Parameters.ofUri(b, end, to, ';'));
    }

    private static boolean isSeparator(int c) {
        return c == '-' || c == '.' || c == '(' || c == ')';
    }

    @Override
    public String scheme() {
        return "tel";
    }

    /** Without the plus sign of a global number. */
    public String number() {
        return number;
    }

    public boolean isGlobal() {
        return global;
    }

    public Parameters parameters() {
        return parameters;
    }

    public TelUri withParameters(Parameters newParameters) {
        return of((global ? "+" : "") + number, newParameters);
    }

    public Optional<String> phoneContext() {
        return parameters.value("phone-context");
    }

    /** RFC 3966 §4: digits without separators, and all parameters in any order. */
    @Override
    public boolean equals(Object other) {
        if (!(other instanceof TelUri that)
                || global != that.global
                || parameters.size() != that.parameters.size()
                || !digits(number).equals(digits(that.number))) {
            return false;
        }
        return matches(parameters, that.parameters) && matches(that.parameters, parameters);
    }

    private static boolean matches(Parameters some, Parameters others) {
        for (Map.Entry<String, String> parameter : some) {
            String first = some.value(parameter.getKey()).orElse(parameter.getValue()); // of a name that is there twice
            Optional<String> value = others.value(parameter.getKey());
            if (value.isEmpty() || !comparable(first).equals(comparable(value.get()))) {
                return false;
            }
        }
        return true;
    }

    private static String comparable(String value) {
        return value.startsWith("+") ? digits(value) : value.toLowerCase(Locale.ROOT);
    }

    private static String digits(String number) {
        StringBuilder digits = new StringBuilder(number.length());
        for (int i = 0; i < number.length(); i++) {
            if (!isSeparator(number.charAt(i))) {
                digits.append(Character.toLowerCase(number.charAt(i)));
            }
        }
        return digits.toString();
    }

    @Override
    public int hashCode() {
        return digits(number).hashCode();
    }

    @Override
    public String toString() {
        return (global ? "tel:+" : "tel:") + number + parameters;
    }
}
