// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.app;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.DescriptorVersion;
import org.trapezoid.servlet.descriptor.SecurityConstraint;
import org.trapezoid.servlet.descriptor.ServletDescriptor;
import org.trapezoid.servlet.descriptor.ServletSelection;
import org.trapezoid.servlet.descriptor.SessionOptions;
import org.trapezoid.servlet.testing.FakeServletContext;

class AppEnvironmentTest {

    private static AppSource constrained(Map<String, String> parameters) {
        SecurityConstraint constraint = new SecurityConstraint(
                Optional.empty(),
                List.of(),
                false,
                Optional.of(List.of("admin")),
                SecurityConstraint.TransportGuarantee.NONE);
        AppDescriptor descriptor = new AppDescriptor(
                "guarded",
                DescriptorVersion.V1_1,
                Optional.empty(),
                false,
                parameters,
                List.of(),
                List.of(ServletDescriptor.of("main", "a.Main")),
                new ServletSelection.MainServlet("main"),
                Duration.ofMinutes(3),
                Optional.empty(),
                List.of(constraint),
                Optional.empty(),
                List.of(),
                List.of(),
                SessionOptions.DEFAULT,
                Optional.empty());
        return new AppSource(
                descriptor,
                AppEnvironmentTest.class.getClassLoader(),
                FakeServletContext.of(parameters),
                parameters,
                Map.of());
    }

    @Test
    void runsNothingUnprotectedThatBelievesToBeProtected() {
        assertThatThrownBy(() -> AppEnvironment.settings(constrained(Map.of())))
                .isInstanceOf(ServletException.class)
                .hasMessageContaining("guarded")
                .hasMessageContaining("org.trapezoid.unprotected");
    }

    @Test
    void runsItUnprotectedWhenTold() {
        assertThatCode(() -> AppEnvironment.settings(constrained(Map.of("org.trapezoid.unprotected", "true"))))
                .doesNotThrowAnyException();
    }
}
