// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What one source, sip.xml or the annotations, says about an application; empty where it says nothing. An immutable value.
 * {@code where} names the file and line or the class for messages. A complete one wants no annotations read.
 */
record Declaration(
        String where,
        Optional<String> appName,
        DescriptorVersion version,
        boolean complete,
        Optional<String> displayName,
        boolean distributable,
        Map<String, String> contextParams,
        List<String> listeners,
        List<Servlet> servlets,
        Optional<Name> mainServlet,
        List<Mapping> mappings,
        OptionalInt proxyTimeout,
        OptionalInt sessionTimeout,
        List<SecurityConstraint> securityConstraints,
        Optional<LoginConfig> loginConfig,
        List<String> securityRoles,
        List<ResourceReference> resources,
        Options options,
        Optional<KeyMethod> keyMethod) {

    /** A name and where it stands. */
    record Name(String where, String value) {}

    /** A servlet; one source may leave its class to the other. */
    record Servlet(
            String where,
            String name,
            Optional<String> className,
            Optional<String> displayName,
            Map<String, String> initParams,
            OptionalInt loadOnStartup,
            Optional<String> runAs,
            Map<String, String> roleLinks) {}

    /** A mapping rule. */
    record Mapping(String where, ServletMapping mapping) {}

    /** The options of 2.0. */
    record Options(
            Optional<ConcurrencyMode> concurrency,
            Optional<Boolean> disableCancelHandling,
            Optional<Boolean> establishDialogOnSubscribe,
            Optional<Boolean> cloneDerivedAttributes) {

        static final Options NONE = new Options(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** A source that is not there. */
    static Declaration none(DescriptorVersion version) {
        return new Declaration(
                "",
                Optional.empty(),
                version,
                false,
                Optional.empty(),
                false,
                Map.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                Options.NONE,
                Optional.empty());
    }
}
