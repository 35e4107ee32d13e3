// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

/** More branches at once than Max-Breadth allows; a request it stops is answered 440 (RFC 5393 §5.3.3). */
public final class InsufficientBreadth extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InsufficientBreadth(int wanted, int available) {
        super("cannot start " + wanted + " branches; Max-Breadth leaves " + available);
    }
}
