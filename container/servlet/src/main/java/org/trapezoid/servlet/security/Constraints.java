// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.SecurityConstraint;
import org.trapezoid.servlet.descriptor.SecurityConstraint.TransportGuarantee;
import org.trapezoid.servlet.descriptor.ServletDescriptor;

/**
 * The constraints of one application. Those that cover the same request are combined as in Jakarta Servlet 6.0 §13.8.1: roles and
 * transports add up, one without roles lets everybody in, one with an empty list of roles keeps everybody out. Immutable.
 */
final class Constraints {
    private static final Logger log = LoggerFactory.getLogger(Constraints.class);

    /** Every role of the application. */
    private static final String ANY_ROLE = "*";

    /** Every user, unless a role has that name. */
    private static final String ANY_USER = "**";

    private final List<SecurityConstraint> constraints;
    private final Set<String> declared;

    private Constraints(List<SecurityConstraint> constraints, Set<String> declared) {
        this.constraints = List.copyOf(constraints);
        this.declared = Set.copyOf(declared);
    }

    static Constraints of(AppDescriptor descriptor) {
        Set<String> declared = new HashSet<>(descriptor.securityRoles());
        for (SecurityConstraint constraint : descriptor.securityConstraints()) {
            for (String role : constraint.roles().orElse(List.of())) {
                if (!role.equals(ANY_ROLE) && !role.equals(ANY_USER) && !declared.isEmpty()) {
                    warnUnlessDeclared(descriptor, "a security constraint", role, declared);
                }
            }
        }
        for (ServletDescriptor servlet : descriptor.servlets()) {
            servlet.runAs()
                    .ifPresent(role ->
                            warnUnlessDeclared(descriptor, "run-as of servlet " + servlet.name(), role, declared));
            servlet.roleLinks()
                    .forEach((name, link) -> warnUnlessDeclared(
                            descriptor,
                            "the security-role-ref " + name + " of servlet " + servlet.name(),
                            link,
                            declared));
        }
        return new Constraints(descriptor.securityConstraints(), declared);
    }

    private static void warnUnlessDeclared(AppDescriptor descriptor, String what, String role, Set<String> declared) {
        if (!declared.contains(role)) {
            log.warn("application {}: {} names the role {}, which is no security-role", descriptor.name(), what, role);
        }
    }

    /** Empty when nothing is asked of such a request. */
    Optional<Requirement> of(String servlet, String method) {
        boolean covered = false;
        boolean secure = true;
        boolean proxy = false;
        boolean everybody = false;
        boolean nobody = false;
        boolean anyUser = false;
        Set<String> roles = new HashSet<>();
        for (SecurityConstraint each : constraints) {
            if (!each.covers(servlet, method)) {
                continue;
            }
            covered = true;
            secure &= each.transportGuarantee() != TransportGuarantee.NONE;
            proxy |= each.proxyAuthentication();
            if (each.roles().isEmpty()) {
                everybody = true;
            } else if (each.roles().get().isEmpty()) {
                nobody = true;
            } else {
                anyUser |= add(each.roles().get(), roles);
            }
        }
        if (nobody) {
            return Optional.of(new Requirement(secure, Optional.of(Set.of()), false, proxy));
        }
        if (!covered || (everybody && !secure)) {
            return Optional.empty();
        }
        return Optional.of(new Requirement(secure, everybody ? Optional.empty() : Optional.of(roles), anyUser, proxy));
    }

    /** Whether any user will do. */
    private boolean add(List<String> names, Set<String> roles) {
        boolean any = false;
        for (String name : names) {
            if (name.equals(ANY_ROLE)) {
                roles.addAll(declared);
                any |= declared.isEmpty(); // what deployed containers make of it
            } else if (name.equals(ANY_USER) && !declared.contains(ANY_USER)) {
                any = true;
            } else {
                roles.add(name);
            }
        }
        return any;
    }
}
