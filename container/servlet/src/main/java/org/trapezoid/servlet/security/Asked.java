// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.security;

import org.trapezoid.sip.message.Request;

/**
 * Which request is asked for a proof. An immutable value.
 *
 * @param cseq number and method
 * @param inside whether another application of this server sends it: then it may have been proven there, and what proved it is used
 *     up, but proves it still
 */
public record Asked(String callId, String cseq, String fromTag, boolean inside) {

    static Asked of(Request request, boolean inside) {
        return new Asked(
                request.callId(),
                request.cseq().number() + " " + request.method(),
                request.fromTag().orElse(""),
                inside);
    }
}
