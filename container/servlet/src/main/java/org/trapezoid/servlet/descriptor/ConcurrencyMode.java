// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.Optional;

/** The concurrency mode of an application, by the names of {@code jakarta.servlet.sip.ConcurrencyMode}. */
public enum ConcurrencyMode {
    VENDORSPECIFIC,
    APPLICATIONSESSION;

    static Optional<ConcurrencyMode> of(String name) {
        for (ConcurrencyMode mode : values()) {
            if (mode.name().equalsIgnoreCase(name)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }
}
