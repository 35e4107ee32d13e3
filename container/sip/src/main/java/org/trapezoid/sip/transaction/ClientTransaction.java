// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.time.Duration;
import java.util.Collections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.LoopbackFlow;
import org.trapezoid.sip.transport.Protocol;

/** Carries a request to its next hop and waits for the responses, RFC 3261 §17.1. Confined to its owner's strand. */
public abstract sealed class ClientTransaction extends Transaction
        permits InviteClientTransaction, NonInviteClientTransaction {

    private static final Logger log = LoggerFactory.getLogger(ClientTransaction.class);

    private final int vias; // of the request
    private long begun;
    ClientUser user;

    ClientTransaction(
            TransactionContext context,
            TransactionKey key,
            Stranded owner,
            Flow flow,
            Request request,
            ClientUser user) {
        super(context, key, owner, flow, request);
        this.user = user;
        this.vias = request.viaCount();
        this.begun = context.timers().nanoTime();
    }

    /** The user has its final response and keeps what it needs itself: the request is not kept for further responses. */
    final void release(ClientUser newUser, Stranded owner) {
        user = newUser;
        home(owner);
        releaseRequest();
    }

    /** Enters the table and sends the request. */
    abstract void start();

    /** What of its state another node needs to go on. */
    abstract ClientState clientState();

    /** Enters the table where another node has left it; a request that is not known to have arrived is sent again. */
    abstract void resume(ClientState left, Duration age);

    /** Drops it at once: its responses are another node's. */
    abstract void abandon();

    /** Since it was sent first. */
    final Duration age() {
        return Duration.ofNanos(context.timers().nanoTime() - begun);
    }

    /** What is left until it times out, when it was sent so long ago. */
    final Duration timeoutAfter(Duration age) {
        begun = context.timers().nanoTime() - age.toNanos();
        Duration rest = context.timing().timeout().minus(age);
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    /** Whether a final response came, or none will. */
    abstract boolean hasFinal();

    /** A response that matches, RFC 3261 §17.1.3. */
    abstract void receive(Response response);

    final void transmit(Request message) {
        transmit(message, flow());
    }

    final void transmit(Request message, Flow over) {
        log.debug("{} sends {}", this, message.method().name());
        if (strand().isHolding()) {
            strand().hold(() -> leave(message, over));
        } else {
            leave(message, over);
        }
    }

    private void leave(Request message, Flow over) {
        context.transports().traffic().sent(over, message);
        over.send(message, this::failLater);
    }

    /**
     * Where a CANCEL or ACK goes: over the flow of the request, and when that TCP connection is gone over a new one to the same
     * address (RFC 3261 §9.1, §17.1.1.3), as a response would.
     */
    final Flow presentFlow() {
        Flow given = flow();
        return given.isOpen() || given.protocol() != Protocol.TCP
                ? given
                : context.transports().flowTo(given.protocol(), given.peer()).orElse(given);
    }

    /**
     * Whether a response that came over {@code from} may be ours: over a stream it comes back on the connection of its request
     * (RFC 3261 §18.2.2). Only when that is gone may the peer have made another: from the same address, and over TLS proving a
     * domain that it proved on the first. Another application, which got it inside, may have gone on at another node since.
     */
    final boolean mayComeOver(Flow from) {
        Flow sent = flow();
        if (from.equals(sent) || !sent.isReliable()) {
            return true;
        }
        if (sent instanceof LoopbackFlow) {
            return from instanceof LoopbackFlow;
        }
        return !sent.isOpen()
                && from.protocol() == sent.protocol()
                && from.peer().getAddress().equals(sent.peer().getAddress())
                && (!sent.protocol().isSecure() || isSamePeer(from, sent));
    }

    private static boolean isSamePeer(Flow one, Flow other) {
        return one.tls().isPresent()
                && other.tls().isPresent()
                && !Collections.disjoint(
                        one.tls().get().domains(), other.tls().get().domains());
    }

    /** Whether the response has the Vias of the request; at a user agent that is one, RFC 3261 §8.1.3.3. */
    final boolean isOnPath(Response response) {
        return response.viaCount() == vias;
    }
}
