// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

/** What a UAC answers challenges of one realm with. An immutable value; it prints without the password. */
public record Account(String username, String password) {

    @Override
    public String toString() {
        return username;
    }
}
