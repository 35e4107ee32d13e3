// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transaction.RequestSender;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.TransportLayer;

/** Forwards without a transaction, RFC 3261 §16.11: the same request always leaves the same way. Thread-safe. */
public final class StatelessForwarder {
    private static final long PRIME = 0x100000001b3L; // FNV-1a
    private static final long ONE_BASIS = 0xcbf29ce484222325L;
    private static final long OTHER_BASIS = 0x6c62272e07bb0142L;

    private final RequestSender sender;
    private final TransportLayer transports;

    public StatelessForwarder(RequestSender sender, TransportLayer transports) {
        this.sender = sender;
        this.transports = transports;
    }

    /** Forwards a request whose own routes are taken off: CANCEL and ACK as any other. */
    public void forward(Flow receivedOn, Request request) {
        if (request.maxForwards() == 0) {
            if (!request.method().equals(Method.ACK)) {
                Response tooManyHops = Response.to(request, 483).build();
                transports.sendResponse(receivedOn, tooManyHops, failure -> {});
            }
            return;
        }
        sender.sendDirect(DialogForwarder.oneHopLess(request), branch(request));
    }

    /** Forwards a response by the Via under ours; one without is not for anybody else. */
    public void forward(Response response) {
        if (response.viaCount() > 1) {
            transports.sendResponseByVia(
                    response.toBuilder().removeFirst(HeaderName.VIA).build(), failure -> {});
        }
    }

    /** The same for a retransmission, and for the CANCEL and the ACK of an INVITE. */
    static String branch(Request request) {
        Via via = request.topVia();
        Optional<String> branch = via.branch().filter(value -> value.startsWith(Via.MAGIC_COOKIE));
        String identity = branch.isPresent() ? via.sentBy() + branch.get() : identityWithoutBranch(request, via);
        return Via.MAGIC_COOKIE
                + Long.toHexString(hash(ONE_BASIS, identity))
                + Long.toHexString(hash(OTHER_BASIS, identity));
    }

    /** An RFC 2543 peer. The To tag is left out: the ACK of a failed INVITE has one, the INVITE has not. */
    private static String identityWithoutBranch(Request request, Via via) {
        return request.uriText()
                + '|'
                + request.fromTag().orElse("")
                + '|'
                + request.callId()
                + '|'
                + request.cseq().number()
                + '|'
                + via;
    }

    private static long hash(long basis, String text) {
        long hash = basis;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * PRIME;
        }
        return hash;
    }
}
