// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.dialog;

import org.trapezoid.sip.message.Message;

/**
 * Identifies a dialog at one of its ends, RFC 3261 §12. An immutable value. A peer of RFC 2543 sends no tag; the null tag is the
 * empty string here, which no real tag equals.
 */
public record DialogId(String callId, String localTag, String remoteTag) {

    /** The null tag of RFC 3261 §12.1. */
    public static final String NULL_TAG = "";

    /** The dialog a message that arrived as a request belongs to. */
    public static DialogId ofReceivedRequest(Message request) {
        return new DialogId(
                request.callId(),
                request.toTag().orElse(NULL_TAG),
                request.fromTag().orElse(NULL_TAG));
    }

    /** The dialog a message that arrived as a response, or was sent as a request, belongs to. */
    public static DialogId ofReceivedResponse(Message response) {
        return new DialogId(
                response.callId(),
                response.fromTag().orElse(NULL_TAG),
                response.toTag().orElse(NULL_TAG));
    }

    /** The same dialog as the other end names it. */
    public DialogId mirrored() {
        return new DialogId(callId, /* localTag= */ remoteTag, /* remoteTag= */ localTag);
    }
}
