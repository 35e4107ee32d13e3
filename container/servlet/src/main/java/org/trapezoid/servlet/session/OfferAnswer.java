// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import org.trapezoid.sip.dialog.ProvisionalOrder;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;

/**
 * Whose offer waits for its answer in one dialog (RFC 3264 §4, RFC 3262 §5, RFC 3311 §5.1). Confined to its strand. Session
 * descriptions are not read: one in a message answers the offer of the other side, or is an offer itself.
 */
public final class OfferAnswer {

    private static final String SDP = "application/sdp";
    private static final String MULTIPART = "multipart/";

    private boolean ours;
    private boolean theirs;
    private boolean inInvite; // the last INVITE of either side had the offer: its responses cannot have another

    /** Whether requests of the method, or their responses, may carry offers and answers. */
    public static boolean concerns(Method method) {
        return method.equals(Method.INVITE) || method.equals(Method.UPDATE) || method.equals(Method.PRACK);
    }

    /** Whether we wait for an answer. */
    public boolean isOursPending() {
        return ours;
    }

    /** Whether the peer waits for an answer. */
    public boolean isTheirsPending() {
        return theirs;
    }

    /** Whether the message carries a session description. */
    public static boolean isDescribed(Message message) {
        if (message.bodyLength() == 0) {
            return false;
        }
        String type = message.headers().first(HeaderName.CONTENT_TYPE).orElse("");
        return type.regionMatches(true, 0, SDP, 0, SDP.length())
                || type.regionMatches(true, 0, MULTIPART, 0, MULTIPART.length());
    }

    public void sent(Request request) {
        request(request, true);
    }

    public void received(Request request) {
        request(request, false);
    }

    public void sent(Response response) {
        response(response, true);
    }

    public void received(Response response) {
        response(response, false);
    }

    void restore(boolean oursPending, boolean theirsPending) {
        ours = oursPending;
        theirs = theirsPending;
    }

    /** Nobody answers any more. */
    public void clear() {
        ours = false;
        theirs = false;
    }

    private void request(Request request, boolean outward) {
        Method method = request.method();
        if (method.equals(Method.ACK)) {
            clear();
        } else if (method.equals(Method.INVITE)) {
            inInvite = isDescribed(request);
            describe(inInvite, outward);
        } else if (method.equals(Method.UPDATE)) {
            describe(isDescribed(request), outward);
        } else if (method.equals(Method.PRACK)) {
            boolean described = isDescribed(request);
            describe(described, outward);
            if (!described) {
                pending(!outward, false);
            }
        }
    }

    private void response(Response response, boolean outward) {
        String method = response.cseq().method();
        boolean invite = method.equals("INVITE");
        if (!invite && !method.equals("UPDATE") && !method.equals("PRACK")) {
            return;
        }
        StatusClass statusClass = response.statusClass();
        if (statusClass == StatusClass.PROVISIONAL) {
            if (invite && ProvisionalOrder.isReliable(response) && isDescribed(response)) {
                answer(outward);
            }
        } else if (statusClass == StatusClass.SUCCESS) {
            if (invite && !inInvite && isDescribed(response)) {
                answer(outward);
            } else {
                pending(!outward, false);
            }
        } else if (invite) {
            clear();
        } else {
            pending(!outward, false);
        }
    }

    private void answer(boolean outward) {
        if (inInvite) {
            pending(!outward, false);
        } else {
            describe(true, outward);
        }
    }

    private void describe(boolean described, boolean outward) {
        if (described) {
            boolean answers = outward ? theirs : ours;
            pending(answers != outward, !answers);
        }
    }

    private void pending(boolean isOurs, boolean value) {
        if (isOurs) {
            ours = value;
        } else {
            theirs = value;
        }
    }
}
