// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Compiles the {@code pattern} of a mapping; whatever is not known in it is an error, JSR 289 §16. */
final class PatternCompiler {
    private static final String CONDITIONS = "and, or, not, equal, contains, exists, subdomain-of";
    private static final int MAX_DEPTH = 100;

    private final String file;

    PatternCompiler(String file) {
        this.file = file;
    }

    /** The one condition of a pattern. */
    MappingPattern compile(SipXml.Group pattern) throws DeploymentException {
        return single("pattern", pattern, 0);
    }

    private MappingPattern single(String element, SipXml.Group group, int depth) throws DeploymentException {
        var conditions = all(element, group, depth);
        if (conditions.size() != 1) {
            throw fault(group, element + " has " + conditions.size() + " conditions; it takes exactly one");
        }
        return conditions.get(0);
    }

    private List<MappingPattern> all(String element, SipXml.Group group, int depth) throws DeploymentException {
        if (depth > MAX_DEPTH) {
            throw fault(group, "the pattern is nested deeper than " + MAX_DEPTH);
        }
        if (!group.unknown.isEmpty()) {
            var name = group.unknown.get(0).getLocalName();
            throw fault(group, name + " is not a condition of a pattern; expected one of " + CONDITIONS);
        }
        if (group.conditions.isEmpty()) {
            throw fault(group, element + " has no condition; expected one of " + CONDITIONS);
        }
        var patterns = new ArrayList<MappingPattern>(group.conditions.size());
        for (SipXml.Condition condition : group.conditions) {
            patterns.add(condition(condition, depth + 1));
        }
        return patterns;
    }

    private MappingPattern condition(SipXml.Condition condition, int depth) throws DeploymentException {
        if (condition instanceof SipXml.And and) {
            return new MappingPattern.And(all("and", and, depth));
        }
        if (condition instanceof SipXml.Or or) {
            return new MappingPattern.Or(all("or", or, depth));
        }
        if (condition instanceof SipXml.Not not) {
            return new MappingPattern.Not(single("not", not, depth));
        }
        return comparison((SipXml.Comparison) condition);
    }

    private MappingPattern comparison(SipXml.Comparison comparison) throws DeploymentException {
        var variable = variable(comparison);
        if (comparison instanceof SipXml.Exists) {
            return new MappingPattern.Exists(variable);
        }
        var value = required(comparison, "value", comparison.value);
        if (comparison instanceof SipXml.SubdomainOf) {
            return new MappingPattern.SubdomainOf(variable, value);
        }
        boolean ignoreCase = ignoreCase(comparison);
        return comparison instanceof SipXml.Equal
                ? new MappingPattern.Equal(variable, value, ignoreCase)
                : new MappingPattern.Contains(variable, value, ignoreCase);
    }

    private MappingVariable variable(SipXml.Comparison comparison) throws DeploymentException {
        var name = required(comparison, "var", comparison.variable);
        return MappingVariable.parse(name)
                .orElseThrow(
                        () -> fault(
                                comparison,
                                name
                                        + " is not a variable; expected as request.method, request.uri.user, request.from.uri.host"));
    }

    private boolean ignoreCase(SipXml.Comparison comparison) throws DeploymentException {
        var text = comparison.ignoreCase == null ? "false" : comparison.ignoreCase.strip();
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw fault(comparison, "ignore-case is \"" + text + "\"; expected true or false");
        };
    }

    private String required(Located where, String element, @Nullable String text) throws DeploymentException {
        if (text == null) {
            throw fault(where, "a condition lacks its " + element);
        }
        return text.strip();
    }

    private DeploymentException fault(Located where, String rule) {
        return new DeploymentException(file + ":" + where.line, rule);
    }
}
