// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;

/** A hop that a request must not be sent to, and how the request is answered when there is no other. */
final class RefusedHopException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;

    RefusedHopException(int status, String reason) {
        super(reason);
        this.status = status;
    }

    int status() {
        return status;
    }
}
