// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.List;

/**
 * What the annotations of an archive say. An immutable value. The claims are the application names at servlets, listeners and key
 * methods.
 */
record AnnotatedArchive(Declaration declaration, boolean hasApplication, List<Declaration.Name> claims) {

    static final AnnotatedArchive NONE =
            new AnnotatedArchive(Declaration.none(DescriptorVersion.V2_0), false, List.of());
}
