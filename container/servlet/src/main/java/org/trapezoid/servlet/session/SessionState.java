// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

/** States of a SIP session (JSR 289 §6.2.1); the names are those of {@code SipSession.State}. */
public enum SessionState {
    INITIAL,
    EARLY,
    CONFIRMED,
    TERMINATED
}
