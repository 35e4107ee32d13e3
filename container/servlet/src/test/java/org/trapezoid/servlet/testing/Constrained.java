// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.DescriptorVersion;
import org.trapezoid.servlet.descriptor.KeyMethod;
import org.trapezoid.servlet.descriptor.LoginConfig;
import org.trapezoid.servlet.descriptor.LoginConfig.IdentityAssertion;
import org.trapezoid.servlet.descriptor.SecurityConstraint;
import org.trapezoid.servlet.descriptor.SecurityConstraint.TransportGuarantee;
import org.trapezoid.servlet.descriptor.ServletDescriptor;
import org.trapezoid.servlet.descriptor.ServletSelection;
import org.trapezoid.servlet.descriptor.SessionOptions;

/** Puts the descriptor of a guarded application of one servlet, {@code main}, together. Used by one thread. */
public final class Constrained {

    private final String name;
    private final String className;
    private final List<SecurityConstraint> constraints = new ArrayList<>();
    private final List<String> roles = new ArrayList<>();
    private Map<String, String> links = Map.of();
    private Optional<LoginConfig> login;
    private Optional<String> runAs = Optional.empty();
    private boolean distributable;
    private Optional<KeyMethod> key = Optional.empty();

    /** With digest in a realm. */
    public Constrained(String name, Class<?> servlet, String realm) {
        this.name = name;
        this.className = servlet.getName();
        this.login =
                Optional.of(new LoginConfig(Optional.of("DIGEST"), Optional.of(realm), IdentityAssertion.NONE, false));
    }

    public Constrained asserted(String realm, boolean required) {
        login = Optional.of(new LoginConfig(
                Optional.of("DIGEST"), Optional.of(realm), IdentityAssertion.P_ASSERTED_IDENTITY, required));
        return this;
    }

    /** Its sessions are kept at other nodes too; a static method says which one a request is for. */
    public Constrained keyed(Class<?> holder, String method) {
        distributable = true;
        key = Optional.of(new KeyMethod(holder.getName(), method));
        return this;
    }

    /** Senders prove who they are in another way. */
    public Constrained login(LoginConfig config) {
        login = Optional.of(config);
        return this;
    }

    /** Its servlet acts on others in a role. */
    public Constrained runsAs(String role) {
        runAs = Optional.of(role);
        return this;
    }

    public Constrained declares(String... names) {
        roles.addAll(List.of(names));
        return this;
    }

    public Constrained links(Map<String, String> roleLinks) {
        links = roleLinks;
        return this;
    }

    /** The methods, or all of them, are for users with one of the roles. */
    public Constrained only(List<String> methods, boolean proxy, String... allowed) {
        return with(methods, proxy, Optional.of(List.of(allowed)), TransportGuarantee.NONE);
    }

    public Constrained with(
            List<String> methods, boolean proxy, Optional<List<String>> allowed, TransportGuarantee guarantee) {
        constraints.add(new SecurityConstraint(
                Optional.empty(),
                List.of(new SecurityConstraint.Resources("all", List.of("main"), methods, List.of())),
                proxy,
                allowed,
                guarantee));
        return this;
    }

    public AppDescriptor descriptor() {
        return new AppDescriptor(
                name,
                DescriptorVersion.V1_1,
                Optional.empty(),
                distributable,
                Map.of(),
                List.of(),
                List.of(new ServletDescriptor(
                        "main", className, Optional.empty(), Map.of(), OptionalInt.empty(), runAs, links)),
                new ServletSelection.MainServlet("main"),
                Duration.ofMinutes(3),
                Optional.of(Duration.ofMinutes(3)),
                constraints,
                login,
                roles,
                List.of(),
                SessionOptions.DEFAULT,
                key);
    }
}
