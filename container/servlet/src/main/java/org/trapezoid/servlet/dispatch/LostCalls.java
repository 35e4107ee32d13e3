// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transaction.RequestSender;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.LoopbackFlow;
import org.trapezoid.sip.uri.SyntaxException;

/**
 * Hangs up what a callee answers to a user agent of which no node of the cluster knows: the one that has called died before it could tell
 * another one. Else the callee would listen to nobody for half a minute. Without state: a repeated 2xx is answered again. Thread-safe.
 */
final class LostCalls {
    private static final Logger log = LoggerFactory.getLogger(LostCalls.class);

    private final RequestSender sender;

    LostCalls(RequestSender sender) {
        this.sender = sender;
    }

    /** Whether a response, if its session is nowhere, is the 2xx to an INVITE of a user agent. */
    static boolean isAnswer(Flow flow, Response response) {
        return response.viaCount() == 1
                && response.statusClass() == StatusClass.SUCCESS
                && response.cseq().method().equals(Method.INVITE.name())
                && !(flow instanceof LoopbackFlow);
    }

    /**
     * Sends ACK and BYE (RFC 3261 §13.2.2.4, §15) by the flow that the 2xx came over: nobody else hears from us because somebody has made it
     * up.
     */
    void hangUp(Flow flow, Response success) {
        if (success.forbidden().contains(flow.peer().getAddress())) {
            return;
        }
        try {
            Dialog dialog = Dialog.uac(invite(success), success);
            sender.sendDirect(dialog.createAck(success.cseq().number()).build(), flow);
            sender.sendDirect(dialog.createRequest(Method.BYE).build(), flow);
            log.debug("call {} is hung up: its node has died, and no other one knows of it", success.callId());
        } catch (SyntaxException e) {
            log.debug("a 2xx of a call that is lost cannot be read: {}", e.getMessage());
        }
    }

    /** As far as the answer tells. */
    private static Request invite(Response success) {
        return Request.builder(Method.INVITE, success.to().uri())
                .add(HeaderName.FROM, success.from().toString())
                .add(HeaderName.TO, success.to().toString())
                .add(HeaderName.CALL_ID, success.callId())
                .add(HeaderName.CSEQ, success.cseq().toString())
                .build();
    }
}
