// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.util.List;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** The requests a client transaction makes itself: ACK for a non-2xx (RFC 3261 §17.1.1.3) and CANCEL (§9.1). Stateless. */
final class HopByHop {
    private static final String MAX_FORWARDS = "70";

    private HopByHop() {}

    /** The ACK for {@code response}, whose To carries the tag. */
    static Request ack(Request invite, Response response) {
        return companion(
                        Method.ACK,
                        invite,
                        response.headers().first(HeaderName.TO).orElse(""))
                .build();
    }

    /** The CANCEL, with Reason values of RFC 3326. */
    static Request cancel(Request invite, List<String> reasons) {
        Request.Builder cancel = companion(
                Method.CANCEL, invite, invite.headers().first(HeaderName.TO).orElse(""));
        for (String reason : reasons) {
            cancel.add(HeaderName.REASON, reason);
        }
        return cancel.build();
    }

    private static Request.Builder companion(Method method, Request invite, String to) {
        Request.Builder companion = Request.builder(method, invite.uri());
        companion.add(HeaderName.VIA, invite.topVia().toString());
        for (String route : invite.headers().all(HeaderName.ROUTE)) {
            companion.add(HeaderName.ROUTE, route);
        }
        companion.add(HeaderName.MAX_FORWARDS, MAX_FORWARDS);
        invite.headers()
                .first(HeaderName.SESSION_ID)
                .ifPresent(value -> companion.add(HeaderName.SESSION_ID, value)); // RFC 7989 §6
        companion.add(HeaderName.FROM, invite.headers().first(HeaderName.FROM).orElse(""));
        companion.add(HeaderName.TO, to);
        companion.add(HeaderName.CALL_ID, invite.callId());
        companion.add(HeaderName.CSEQ, invite.cseq().number() + " " + method.name());
        return companion;
    }
}
