// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

/** A request of which the router cannot tell where it goes, and the answer to it. Without a stack trace: peers bring it about. */
final class UndecidedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    UndecidedException(int status, String reason) {
        super(reason, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
