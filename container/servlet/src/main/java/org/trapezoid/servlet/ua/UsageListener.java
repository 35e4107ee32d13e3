// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import org.trapezoid.servlet.session.SipSessionState;

/** What becomes of the subscriptions of a session's dialog; in the core section. */
public interface UsageListener {

    /** No NOTIFY came for the SUBSCRIBE or REFER within 64*T1 (RFC 6665 §4.1.2.4). */
    void onNoNotify(SipSessionState session);

    /** A subscription ended, and the session if it was its last usage. */
    void onUsageEnded(SipSessionState session);
}
