// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

/** What 2.0 lets an application choose about its sessions. An immutable value. */
public record SessionOptions(
        ConcurrencyMode concurrency,
        boolean disableCancelHandling,
        boolean establishDialogOnSubscribe,
        boolean cloneDerivedAttributes) {

    public static final SessionOptions DEFAULT =
            new SessionOptions(ConcurrencyMode.VENDORSPECIFIC, false, false, false);
}
