// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

/** What the order of CSeq numbers says about a request received in a dialog, RFC 3261 §12.2.2. */
public enum Receipt {
    ACCEPTED,
    /** To be answered with 500. */
    OUT_OF_ORDER
}
