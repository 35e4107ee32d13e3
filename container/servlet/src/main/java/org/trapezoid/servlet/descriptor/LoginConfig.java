// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.Optional;

/** How users prove who they are. An immutable value. */
public record LoginConfig(
        Optional<String> authMethod,
        Optional<String> realmName,
        IdentityAssertion identityAssertion,
        boolean identityAssertionRequired) {

    /** Who is trusted to have asserted the identity. */
    public enum IdentityAssertion {
        NONE,
        P_ASSERTED_IDENTITY,
        IDENTITY,
        WEBSOCKET
    }
}
