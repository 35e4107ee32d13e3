// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

/** Identifies an application session or a SIP session; opaque, unguessable. */
public record SessionId(String value) {

    @Override
    public String toString() {
        return value;
    }
}
