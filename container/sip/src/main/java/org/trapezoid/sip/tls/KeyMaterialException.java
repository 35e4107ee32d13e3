// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.tls;

import java.io.IOException;

/** A file of keys or certificates cannot be used; the message names the file and what was expected. */
public final class KeyMaterialException extends IOException {
    private static final long serialVersionUID = 1L;

    KeyMaterialException(String message) {
        super(message);
    }

    KeyMaterialException(String message, Throwable cause) {
        super(message, cause);
    }
}
