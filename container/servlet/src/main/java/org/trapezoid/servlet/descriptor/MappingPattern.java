// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.List;
import java.util.Locale;

/** A condition of a servlet mapping, JSR 289 §16. An immutable value; a variable that is undefined makes its condition false. */
public sealed interface MappingPattern {

    boolean matches(MappingTarget request);

    /** All of the conditions. */
    record And(List<MappingPattern> conditions) implements MappingPattern {
        public And {
            conditions = List.copyOf(conditions);
        }

        @Override
        public boolean matches(MappingTarget request) {
            for (MappingPattern condition : conditions) {
                if (!condition.matches(request)) {
                    return false;
                }
            }
            return true;
        }
    }

    /** One of the conditions. */
    record Or(List<MappingPattern> conditions) implements MappingPattern {
        public Or {
            conditions = List.copyOf(conditions);
        }

        @Override
        public boolean matches(MappingTarget request) {
            for (MappingPattern condition : conditions) {
                if (condition.matches(request)) {
                    return true;
                }
            }
            return false;
        }
    }

    /** The opposite, true also when the variable below is undefined. */
    record Not(MappingPattern condition) implements MappingPattern {
        @Override
        public boolean matches(MappingTarget request) {
            return !condition.matches(request);
        }
    }

    /** The variable is defined. */
    record Exists(MappingVariable variable) implements MappingPattern {
        @Override
        public boolean matches(MappingTarget request) {
            return variable.value(request).isPresent();
        }
    }

    /** The variable has the value. */
    record Equal(MappingVariable variable, String value, boolean ignoreCase) implements MappingPattern {
        @Override
        public boolean matches(MappingTarget request) {
            var actual = variable.value(request);
            return actual.isPresent()
                    && (ignoreCase
                            ? actual.get().equalsIgnoreCase(value)
                            : actual.get().equals(value));
        }
    }

    /** The variable contains the value. */
    record Contains(MappingVariable variable, String value, boolean ignoreCase) implements MappingPattern {
        @Override
        public boolean matches(MappingTarget request) {
            var actual = variable.value(request);
            return actual.isPresent() && contains(actual.get());
        }

        private boolean contains(String actual) {
            for (int start = 0; start <= actual.length() - value.length(); start++) {
                if (actual.regionMatches(ignoreCase, start, value, 0, value.length())) {
                    return true;
                }
            }
            return false;
        }
    }

    /** The variable names a host in the domain, or a telephone number that starts with the value. */
    record SubdomainOf(MappingVariable variable, String value) implements MappingPattern {
        public SubdomainOf {
            value = value.toLowerCase(Locale.ROOT);
        }

        @Override
        public boolean matches(MappingTarget request) {
            var actual = variable.value(request);
            if (actual.isEmpty()) {
                return false;
            }
            return variable.isTelephoneNumber() ? actual.get().startsWith(value) : isInDomain(actual.get());
        }

        private boolean isInDomain(String host) {
            int start = host.length() - value.length();
            return host.regionMatches(true, start, value, 0, value.length())
                    && (start == 0 || host.charAt(start - 1) == '.');
        }
    }
}
