// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipServlet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.descriptor.SecurityConstraint.TransportGuarantee;
import org.trapezoid.servlet.testing.Constrained;

/** Constraints that cover the same request, Jakarta Servlet 6.0 §13.8.1. */
class ConstraintsTest {
    private static final Optional<List<String>> NO_ROLES = Optional.empty();
    private static final Optional<List<String>> USER = Optional.of(List.of("user"));
    private static final Optional<List<String>> ADMIN = Optional.of(List.of("admin"));

    private final Constrained app = new Constrained("app", SipServlet.class, "a.test");

    private Optional<Requirement> required(String method) {
        return Constraints.of(app.descriptor()).of("main", method);
    }

    @Test
    void rolesAddUpAndOnePromptAsAProxySuffices() {
        app.with(List.of("INVITE"), false, USER, TransportGuarantee.NONE)
                .with(List.of(), true, ADMIN, TransportGuarantee.NONE);

        assertThat(required("INVITE"))
                .contains(new Requirement(false, Optional.of(Set.of("user", "admin")), false, true));
        assertThat(required("MESSAGE")).contains(new Requirement(false, Optional.of(Set.of("admin")), false, true));
    }

    @Test
    void oneWithoutRolesLetsEverybodyIn() {
        app.with(List.of(), false, USER, TransportGuarantee.NONE)
                .with(List.of("INVITE"), false, NO_ROLES, TransportGuarantee.NONE);

        assertThat(required("INVITE")).isEmpty();
        assertThat(required("invite")).isPresent();
    }

    @Test
    void oneWithNoRoleInItsListKeepsEverybodyOut() {
        app.with(List.of(), false, NO_ROLES, TransportGuarantee.NONE)
                .with(List.of(), false, Optional.of(List.of()), TransportGuarantee.NONE);

        assertThat(required("INVITE").orElseThrow().admitsNobody()).isTrue();
    }

    @Test
    void transportsAddUpToo() {
        app.with(List.of(), false, USER, TransportGuarantee.CONFIDENTIAL)
                .with(List.of("INVITE"), false, USER, TransportGuarantee.NONE)
                .with(List.of("MESSAGE"), false, NO_ROLES, TransportGuarantee.INTEGRAL);

        assertThat(required("INVITE").orElseThrow().secure()).isFalse();
        assertThat(required("MESSAGE")).contains(new Requirement(true, Optional.empty(), false, false));
        assertThat(required("OPTIONS").orElseThrow().secure()).isTrue();
    }

    @Test
    void aStarStandsForTheDeclaredRolesOrForEveryUser() {
        app.only(List.of(), false, "*");
        assertThat(required("INVITE").orElseThrow().anyUser()).isTrue();

        app.declares("user", "admin");
        assertThat(required("INVITE"))
                .contains(new Requirement(false, Optional.of(Set.of("user", "admin")), false, false));
    }

    @Test
    void servletsThatAreNotNamedAreFree() {
        app.only(List.of(), false, "user");

        assertThat(Constraints.of(app.descriptor()).of("other", "INVITE")).isEmpty();
    }
}
