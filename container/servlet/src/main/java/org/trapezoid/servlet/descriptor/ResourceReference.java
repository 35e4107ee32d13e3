// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.List;
import java.util.Optional;

/** An entry of the naming environment {@code java:comp/env}, kept as data. An immutable value. */
public record ResourceReference(
        Kind kind,
        String name,
        Optional<String> type,
        Optional<String> value,
        Optional<String> lookup,
        List<Target> targets) {

    public ResourceReference {
        targets = List.copyOf(targets);
    }

    /** A field or setter that the entry is injected into. */
    public record Target(String className, String name) {}

    /** The elements of the descriptor. */
    public enum Kind {
        ENV_ENTRY("env-entry"),
        EJB_REF("ejb-ref"),
        EJB_LOCAL_REF("ejb-local-ref"),
        RESOURCE_REF("resource-ref"),
        RESOURCE_ENV_REF("resource-env-ref"),
        MESSAGE_DESTINATION_REF("message-destination-ref"),
        PERSISTENCE_UNIT_REF("persistence-unit-ref"),
        PERSISTENCE_CONTEXT_REF("persistence-context-ref");

        private final String element;

        Kind(String element) {
            this.element = element;
        }

        /** As descriptors write it. */
        public String element() {
            return element;
        }
    }
}
