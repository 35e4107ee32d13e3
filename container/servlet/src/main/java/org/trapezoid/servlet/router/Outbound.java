// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transaction.ClientUser;
import org.trapezoid.sip.transaction.OutgoingRequest;
import org.trapezoid.sip.transaction.RequestFinisher;
import org.trapezoid.sip.transaction.Sent;

/** Sends what an application sends: to the next application inside, or out. Called in the core section of the owner. */
public interface Outbound {

    /** The same on behalf of somebody, as the other applications of this server see it. */
    Outbound as(Actor sender);

    /** Sends with a branch of the sender's making. */
    OutgoingRequest send(
            Stranded owner, Request request, RoutingState state, ClientUser user, RequestFinisher finisher);

    /**
     * Sends with a branch that ends as given: by it a proxy knows its own requests again when they loop (RFC 5393 §4.2.1).
     */
    OutgoingRequest send(
            Stranded owner,
            Request request,
            RoutingState state,
            ClientUser user,
            RequestFinisher finisher,
            String branchEnd);

    /** Goes on with a request that another node has sent. */
    default OutgoingRequest restore(
            Stranded owner, OutgoingRequest.Memento sent, ClientUser user, RequestFinisher finisher, String branchEnd) {
        throw new UnsupportedOperationException("nothing is restored here");
    }

    /** Sends nothing: the request is answered here, after this returned. */
    OutgoingRequest refuse(Stranded owner, Request request, int status, ClientUser user);

    /** Sends the ACK of a 2xx on, without a transaction: to the next application inside, or out (RFC 3261 §16). */
    Sent sendAck(Request ack);
}
