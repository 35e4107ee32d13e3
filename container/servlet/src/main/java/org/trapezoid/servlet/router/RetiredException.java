// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

/** A router was asked after another one had taken its place. */
public final class RetiredException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RetiredException() {
        super("the application router was replaced", null, false, false);
    }
}
