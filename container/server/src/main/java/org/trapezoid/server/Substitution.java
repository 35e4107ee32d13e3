// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.util.Map;
import java.util.Properties;

/**
 * Replaces <code>${env:NAME}</code>, <code>${sys:name}</code> and both with <code>:-default</code> in configuration text.
 * An empty variable counts as absent. Immutable but for the properties it looks at.
 */
final class Substitution {

    private static final String OPEN = "${";
    private static final String DEFAULT = ":-";

    private final Map<String, String> environment;
    private final Properties properties;

    Substitution(Map<String, String> environment, Properties properties) {
        this.environment = environment;
        this.properties = properties;
    }

    /** The text with everything replaced; IllegalArgumentException names what has no value. */
    String apply(String text) {
        int open = text.indexOf(OPEN);
        if (open < 0) {
            return text;
        }
        StringBuilder result = new StringBuilder();
        int from = 0;
        while (open >= 0) {
            int close = text.indexOf('}', open);
            if (close < 0) {
                throw new IllegalArgumentException("\"" + text.substring(open) + "\" has no closing brace");
            }
            result.append(text, from, open).append(value(text.substring(open + OPEN.length(), close)));
            from = close + 1;
            open = text.indexOf(OPEN, from);
        }
        return result.append(text, from, text.length()).toString();
    }

    private String value(String reference) {
        int split = reference.indexOf(DEFAULT);
        String variable = split < 0 ? reference : reference.substring(0, split);
        String found = lookup(variable);
        if (!found.isEmpty()) {
            return found;
        }
        if (split < 0) {
            throw new IllegalArgumentException("${" + variable + "} has no value and no default");
        }
        return reference.substring(split + DEFAULT.length());
    }

    private String lookup(String variable) {
        if (variable.startsWith("env:")) {
            return environment.getOrDefault(variable.substring("env:".length()), "");
        }
        if (variable.startsWith("sys:")) {
            return properties.getProperty(variable.substring("sys:".length()), "");
        }
        throw new IllegalArgumentException("${" + variable + "} is not known; expected ${env:NAME} or ${sys:name}");
    }
}
