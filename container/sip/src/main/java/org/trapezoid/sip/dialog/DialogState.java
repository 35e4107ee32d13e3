// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

/** The states of a dialog, RFC 3261 §12. */
public enum DialogState {
    /** Made by a provisional response. */
    EARLY,
    /** Made or confirmed by a 2xx response. */
    CONFIRMED,
    /** Ended; no further request may be created in it. */
    TERMINATED
}
