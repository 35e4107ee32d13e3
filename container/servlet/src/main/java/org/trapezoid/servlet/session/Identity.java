// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import java.security.Principal;
import java.util.Set;

/** Whom a request was proven to come from, and the roles of that user in the application's realm. An immutable value. */
public record Identity(String name, Set<String> roles) implements Principal {

    /** The attribute of a request whose sender has proven who it is to the application itself: the name. */
    public static final String PROVEN = "org.trapezoid.servlet.proven";

    public Identity {
        roles = Set.copyOf(roles);
    }

    @Override
    public String getName() {
        return name;
    }

    /** Without the roles, which are nobody else's concern. */
    @Override
    public String toString() {
        return name;
    }
}
