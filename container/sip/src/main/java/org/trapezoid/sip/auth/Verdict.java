// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.auth;

/** What a server finds about the credentials of a request, RFC 3261 §22.4. */
public enum Verdict {
    ACCEPTED,
    /** ACK and CANCEL are never challenged, RFC 3261 §22.1. */
    EXEMPT,
    /** No usable credentials for our realm: challenge. */
    MISSING,
    /** The right secret with a nonce that is foreign, too old or used before: challenge with {@code stale=true}. */
    STALE,
    /** An unknown user or a wrong secret: challenge again, or 403. */
    WRONG
}
