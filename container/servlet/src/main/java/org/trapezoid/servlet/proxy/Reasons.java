// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import org.trapezoid.sip.message.Response;

/** Reason values that say why a branch is over, RFC 3326 §2. Stateless. */
final class Reasons {
    static final String ELSEWHERE = "SIP;cause=200;text=\"Call completed elsewhere\"";

    private Reasons() {}

    /** The phrase is ours, so that it needs no escapes. */
    static String of(int status) {
        return "SIP;cause=" + status + ";text=\"" + Response.defaultReason(status) + '"';
    }
}
