// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the annotations of an archive say. An immutable value. The claims are the application names at servlets, listeners and key
 * methods. What is said about the safety of a class is for every servlet of that class.
 */
record AnnotatedArchive(
        Declaration declaration, boolean hasApplication, List<Declaration.Name> claims, Map<String, Safety> safety) {

    /** The constraints of a class, for a servlet of no name, and its role. */
    record Safety(List<SecurityConstraint> constraints, Optional<String> runAs) {}

    static final AnnotatedArchive NONE =
            new AnnotatedArchive(Declaration.none(DescriptorVersion.V2_0), false, List.of(), Map.of());
}
