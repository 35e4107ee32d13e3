// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

/** Thrown when a dialog is asked for what its state or RFC 3261 §12 does not allow. */
public final class DialogStateException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    DialogStateException(String message) {
        super(message);
    }
}
