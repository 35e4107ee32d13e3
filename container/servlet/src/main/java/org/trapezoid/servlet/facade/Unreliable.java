// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import jakarta.servlet.sip.Rel100Exception;

/** Why a response cannot be reliable, or acknowledged as such, with its application. Immutable. */
final class Unreliable extends Rel100Exception {
    private static final long serialVersionUID = 1;

    private final String response;

    Unreliable(int reason, SipResponse response) {
        super(reason);
        this.response = response.describe();
    }

    @Override
    public String getMessage() {
        return response + ": " + super.getMessage();
    }
}
