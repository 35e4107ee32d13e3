// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.screening;

/** What becomes of a call. */
enum Verdict {
    /** It goes on. */
    PASS(0),
    /** The callee does not want it (RFC 8197). */
    UNWANTED(607),
    /** The callee wants to know who calls (RFC 5079). */
    ANONYMOUS(433);

    private final int status;

    Verdict(int status) {
        this.status = status;
    }

    /** How the caller is told; 0 for a call that goes on. */
    int status() {
        return status;
    }
}
