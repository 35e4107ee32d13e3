// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Response;

/** What the failure of a request inside a dialog ends, RFC 5057 §5.1, RFC 3261 §12.2.1.2, RFC 6665 §4.1.2.2 and §4.2.2. */
public enum UsageEffect {
    /** Only the transaction failed. */
    NONE,
    /** The call or the subscription that the request was for; others in the dialog go on. */
    USAGE,
    /** All that share the dialog. */
    DIALOG;

    public static UsageEffect of(Response failure) {
        String method = failure.cseq().method();
        boolean ofSubscription = method.equals(Method.SUBSCRIBE.name()) || method.equals(Method.NOTIFY.name());
        return switch (failure.status()) {
            case 408, 481 -> USAGE;
            case 404, 410, 416, 482, 483, 484, 485, 502, 604 -> isOfUsage(method, ofSubscription) ? DIALOG : NONE;
            case 405, 480, 489, 501 -> ofSubscription ? USAGE : NONE; // a call outlives its re-INVITE, RFC 3261 §14.1
            default -> NONE;
        };
    }

    /** The target of other requests may be a third party (REFER) or something inside the peer (INFO), not the peer itself. */
    private static boolean isOfUsage(String method, boolean ofSubscription) {
        return ofSubscription
                || method.equals(Method.INVITE.name())
                || method.equals(Method.UPDATE.name())
                || method.equals(Method.BYE.name());
    }
}
