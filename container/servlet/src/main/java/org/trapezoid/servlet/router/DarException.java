// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

/** A file of the default application router says something it cannot say. The message names file, line and expectation. */
public final class DarException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    DarException(String file, int line, String expectation) {
        super(file + ":" + line + ": " + expectation);
    }
}
