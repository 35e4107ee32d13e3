// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.Optional;

/** An entry of the naming environment {@code java:comp/env}, kept as data. An immutable value. */
public record ResourceReference(
        Kind kind, String name, Optional<String> type, Optional<String> value, Optional<String> lookup) {

    /** The elements of the descriptor. */
    public enum Kind {
        ENV_ENTRY,
        EJB_REF,
        EJB_LOCAL_REF,
        RESOURCE_REF,
        RESOURCE_ENV_REF,
        MESSAGE_DESTINATION_REF,
        PERSISTENCE_UNIT_REF,
        PERSISTENCE_CONTEXT_REF
    }
}
