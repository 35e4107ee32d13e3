// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.util.Optional;

/** The version of the API that an application was written for; some defaults depend on it. */
public enum DescriptorVersion {
    V1_0("1.0"),
    V1_1("1.1"),
    V2_0("2.0");

    private final String number;

    DescriptorVersion(String number) {
        this.number = number;
    }

    public String number() {
        return number;
    }

    public static Optional<DescriptorVersion> of(String number) {
        for (DescriptorVersion version : values()) {
            if (version.number.equals(number)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }
}
