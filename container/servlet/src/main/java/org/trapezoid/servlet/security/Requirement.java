// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import org.trapezoid.servlet.session.Identity;

/**
 * What all constraints together ask of a request. An immutable value.
 *
 * @param secure whether it has to come over TLS
 * @param roles those of which its sender needs one; empty: the sender need not say who it is
 * @param anyUser whether every user will do
 * @param proxy whether the sender is asked by 407, as a proxy asks
 */
public record Requirement(boolean secure, Optional<Set<String>> roles, boolean anyUser, boolean proxy) {

    public Requirement {
        roles = roles.map(Set::copyOf);
    }

    boolean asksWho() {
        return roles.isPresent();
    }

    /** Whether nobody at all is admitted. */
    boolean admitsNobody() {
        return !anyUser && roles.filter(Set::isEmpty).isPresent();
    }

    boolean admits(Identity sender) {
        return anyUser || !Collections.disjoint(roles.orElse(Set.of()), sender.roles());
    }
}
