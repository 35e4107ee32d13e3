// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The values of one feature tag, RFC 3840 §9: any of them holds. Immutable. */
record FeatureValues(List<Term> terms) {

    /** One value: a token or a string, or a range of numbers; or everything but that. */
    private record Term(boolean negated, String text, double low, double high) {

        static Term parse(String value) {
            boolean negated = value.startsWith("!");
            String text = negated ? value.substring(1).strip() : value;
            if (text.startsWith("#")) {
                return number(negated, text.substring(1));
            }
            boolean string = text.startsWith("<");
            return new Term(negated, string ? text : text.toLowerCase(Locale.ROOT), Double.NaN, Double.NaN);
        }

        private static Term number(boolean negated, String text) {
            try {
                if (text.startsWith(">=")) {
                    return new Term(negated, "", Double.parseDouble(text.substring(2)), Double.POSITIVE_INFINITY);
                }
                if (text.startsWith("<=")) {
                    return new Term(negated, "", Double.NEGATIVE_INFINITY, Double.parseDouble(text.substring(2)));
                }
                int colon = text.indexOf(':');
                if (colon >= 0) {
                    return new Term(
                            negated,
                            "",
                            Double.parseDouble(text.substring(0, colon)),
                            Double.parseDouble(text.substring(colon + 1)));
                }
                double only = Double.parseDouble(text.startsWith("=") ? text.substring(1) : text);
                return new Term(negated, "", only, only);
            } catch (NumberFormatException e) {
                return new Term(negated, '#' + text, Double.NaN, Double.NaN);
            }
        }

        private boolean isNumber() {
            return !Double.isNaN(low);
        }

        /** Whether one value can satisfy both. */
        boolean meets(Term other) {
            if (negated && other.negated) {
                return true;
            }
            boolean overlap = isNumber()
                    ? other.isNumber() && low <= other.high && other.low <= high
                    : !other.isNumber() && text.equals(other.text);
            if (negated || other.negated) {
                return !overlap || (isNumber() && other.isNumber() && (low != other.low || high != other.high));
            }
            return overlap;
        }
    }

    /** A flag is the value TRUE. Commas separate values, except inside of a string. */
    static FeatureValues parse(@Nullable String value) {
        String text = value == null ? "" : unquoted(value.strip());
        if (text.isEmpty()) {
            return new FeatureValues(List.of(Term.parse("true")));
        }
        List<Term> terms = new ArrayList<>(2);
        int start = 0;
        boolean string = false;
        for (int i = 0; i <= text.length(); i++) {
            char c = i < text.length() ? text.charAt(i) : ',';
            if (c == '<' && i == start) {
                string = true;
            } else if (c == '>') {
                string = false;
            } else if (c == ',' && (!string || i == text.length())) {
                terms.add(Term.parse(text.substring(start, i).strip()));
                start = i + 1;
            }
        }
        return new FeatureValues(List.copyOf(terms));
    }

    private static String unquoted(String text) {
        return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }

    /** Whether a value of ours is one of the wanted ones. */
    boolean matches(FeatureValues wanted) {
        for (Term ours : terms) {
            for (Term theirs : wanted.terms) {
                if (ours.meets(theirs)) {
                    return true;
                }
            }
        }
        return false;
    }
}
