// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

/** How far a client transaction is, RFC 3261 §17.1. */
public enum ClientState {
    /** No response came. */
    SENT,
    /** A provisional response came. */
    PROCEEDING,
    /** A 2xx to an INVITE came: more may follow. */
    ACCEPTED,
    /** Nothing more is expected. */
    ENDED
}
