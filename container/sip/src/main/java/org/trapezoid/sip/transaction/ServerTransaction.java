// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowName;

/** Answers a request, RFC 3261 §17.2. Confined to its strand, and moves to another one at most once. */
public abstract sealed class ServerTransaction extends Transaction
        permits InviteServerTransaction, NonInviteServerTransaction {

    private static final Logger log = LoggerFactory.getLogger(ServerTransaction.class);

    private static final int SERVER_ERROR = 500;

    private @Nullable ServerUser user;
    private @Nullable String localTag;
    private @Nullable Response lastResponse;
    private boolean moved;
    private boolean answered;

    ServerTransaction(TransactionContext context, TransactionKey key, Stranded home, Flow flow, Request request) {
        super(context, key, home, flow, request);
    }

    /**
     * A transaction written down, while its user still has it.
     *
     * @param flow that it came over
     * @param localTag of its responses, if they have one yet
     * @param last the last response
     */
    public record Memento(Request request, FlowName flow, Optional<String> localTag, Optional<Response> last) {}

    /** @throws IllegalStateException if its user has released the request */
    public final Memento memento() {
        return new Memento(request(), FlowName.of(flow()), Optional.ofNullable(localTag), lastResponse());
    }

    /** Goes on where another node has left it: in the table, in the state that its last response makes. */
    final void resume(Memento memento) {
        moved = true;
        localTag = memento.localTag().orElse(null);
        lastResponse = memento.last().orElse(null);
        resume();
    }

    /** The state that the last response, if there is one, has made. */
    abstract void resume();

    /** Who is told about it from now on. */
    public void user(ServerUser newUser) {
        user = newUser;
    }

    /**
     * The user has sent its final response and is done: neither it nor the request is kept for as long as retransmissions may
     * come. Further 2xx to an INVITE may still be sent.
     *
     * @param newUser who is told what comes now
     */
    public void release(ServerUser newUser) {
        user = newUser;
        dropMessages();
    }

    /** The same when nobody wants to know. */
    public void release() {
        user = null;
        dropMessages();
    }

    private void dropMessages() {
        releaseRequest();
        if (!repeatsLast()) {
            lastResponse = null;
        }
    }

    /** Whether a retransmission of the request is answered with the last response. */
    abstract boolean repeatsLast();

    /**
     * Sends a response of the transaction user.
     *
     * @throws TransactionStateException if a final response was sent and this one may not follow it
     */
    public abstract void send(Response response);

    /** Whether a final response was sent. */
    public abstract boolean hasFinal();

    /** Whether a CANCEL for it has come. */
    public boolean isCancelled() {
        return false;
    }

    /** Drops it at once and without a trace: the request is forwarded or answered without state. */
    public abstract void abandon();

    /** Nobody is left to answer it: 500, as soon as the present event is over and unless it was answered. */
    public final void giveUp() {
        later(() -> {
            if (!hasFinal() && keptRequest().isPresent()) {
                send(respond(SERVER_ERROR).build());
            }
        });
    }

    /** The request arrived; called once, when it is in the table. */
    abstract void start();

    /** The same request again. */
    abstract void receiveAgain();

    /** Moves it to the strand of the session it belongs to. At most once, in the core section, before any callback. */
    public final void moveTo(Strand strand) {
        if (moved) {
            throw new IllegalStateException("cannot move " + this + " again; it belongs to a session");
        }
        moved = true;
        home(strand);
    }

    /** The To tag of our responses: the request's, or that of a response already sent, or a new one. */
    public final String localTag() {
        String tag = localTag;
        if (tag == null) {
            tag = keptRequest()
                    .flatMap(Request::toTag)
                    .or(() -> lastResponse().flatMap(Response::toTag))
                    .orElseGet(context.identifiers()::tag);
            localTag = tag;
        }
        return tag;
    }

    /** Gives the responses of a request outside a dialog this To tag, if they have none yet. */
    public final void localTag(String tag) {
        if (localTag == null) {
            localTag = tag;
        }
    }

    /**
     * A response to its request with our To tag, RFC 3261 §8.2.6.2.
     *
     * @throws IllegalStateException if its user has released the request
     */
    public final Response.Builder respond(int status) {
        return Response.to(request(), status).toTag(localTag());
    }

    /** The response a retransmission of the request is answered with. */
    final Optional<Response> lastResponse() {
        return Optional.ofNullable(lastResponse);
    }

    final void remember(Response response) {
        lastResponse = response;
    }

    /** A retransmission is answered with the same bytes; nothing else is kept. */
    final void compactLast() {
        if (lastResponse != null) {
            lastResponse = lastResponse.compact();
        }
    }

    final void transmit(Response response) {
        log.debug("{} -> {}", this, response.status());
        if (strand().isHolding()) {
            strand().hold(() -> leave(response));
        } else {
            leave(response);
        }
    }

    private void leave(Response response) {
        context.responses().send(flow(), response, this::failLater);
    }

    final void transmitLast() {
        if (lastResponse != null) {
            transmit(lastResponse);
        }
    }

    final Optional<ServerUser> user() {
        return Optional.ofNullable(user);
    }

    /** The final response was sent; it only waits for retransmissions now. */
    final void answered() {
        answered = true;
        context.table().answered(1);
        settled();
    }

    /** It will not be answered any more: its user need not wait, and retransmissions are dropped. */
    final void endForUser() {
        ServerUser told = user;
        user = null;
        lastResponse = null;
        if (told != null) {
            told.onTerminated();
        }
    }

    /** What is left of one whose strand goes on at another node is forgotten. In the core section. */
    final void left() {
        user().ifPresent(ServerUser::onLeft);
        abandon();
    }

    /** Leaves the table. */
    void forget() {
        context.table().remove(key, this);
        if (answered) {
            answered = false;
            context.table().answered(-1);
        }
    }

    @Override
    final void failed(IOException cause) {
        log.debug("{}: response not sent: {}", this, cause.toString());
        if (!isTerminated()) {
            user().ifPresent(told -> told.onTransportError(cause));
        }
    }
}
