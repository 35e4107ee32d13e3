// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.session.Acknowledged;
import org.trapezoid.servlet.session.OfferAnswer;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.dialog.ReliableProvisionals;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.RAck;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transaction.ServerUser;

/**
 * Answers one request as a user agent: To tag, Contact, dialog, retransmission of 2xx and reliable 1xx (RFC 3261 §8.2.6,
 * §12.1.1, §13.3.1, RFC 3262 §3). Confined to its strand.
 */
public final class UasCore implements ServerUser, Acknowledged {
    private final ServerTransaction transaction;
    private final Request request;
    private final SipSessionState session;
    private final UaServices services;
    private final UasListener listener;
    private @Nullable RepeatedSuccess success;
    private @Nullable ReliableProvisionals reliable;
    private List<Response> madeReliable = List.of(); // by the container
    private @Nullable Response held; // a 2xx that waits for a PRACK
    private boolean answering;
    private boolean finalSent;
    private boolean awaitsPrack; // after a final response other than a 2xx
    private boolean released;
    private final @Nullable UasCore parent; // of a further dialog of one INVITE
    private final @Nullable String ownTag; // of such a dialog
    private List<UasCore> branches = List.of();
    private boolean branchSucceeded;

    public UasCore(
            ServerTransaction transaction,
            Request request,
            SipSessionState session,
            UaServices services,
            UasListener listener) {
        this(transaction, request, session, services, listener, null, null);
    }

    private UasCore(
            ServerTransaction transaction,
            Request request,
            SipSessionState session,
            UaServices services,
            UasListener listener,
            @Nullable UasCore parent,
            @Nullable String ownTag) {
        this.transaction = transaction;
        this.request = request;
        this.session = session;
        this.services = services;
        this.listener = listener;
        this.parent = parent;
        this.ownTag = ownTag;
    }

    /** Writes it down, while the request is not answered or its answer not acknowledged. Not its further dialogs. */
    public void write(FieldWriter out) {
        saved().write(transaction.memento(), out);
    }

    private SavedUas saved() {
        return new SavedUas(
                answering,
                finalSent,
                awaitsPrack,
                success == null ? Optional.empty() : success.waiting(),
                Optional.ofNullable(held),
                reliable == null ? 0 : reliable.nextRSeq(),
                reliable == null ? List.of() : reliable.unacknowledged(),
                madeReliable);
    }

    /**
     * Goes on where another node has left it, in two halves: first the transaction is there again, then what has no ACK or PRACK is
     * repeated.
     *
     * @param transactions restores the transaction
     * @param listener of the request that was read
     */
    public static UasCore restored(
            FieldReader in,
            SipSessionState session,
            UaServices services,
            Function<ServerTransaction.Memento, ServerTransaction> transactions,
            UasListener listener) {
        ServerTransaction.Memento memento = SavedUas.transaction(in);
        ServerTransaction transaction = transactions.apply(memento);
        UasCore core = new UasCore(transaction, memento.request(), session, services, listener);
        transaction.user(core);
        return core;
    }

    /** The second half of {@link #restored}, when the listener knows its request. */
    public void resume(FieldReader in) {
        SavedUas saved = SavedUas.read(in);
        finalSent = saved.finalSent();
        awaitsPrack = saved.awaitsPrack();
        held = saved.held().orElse(null);
        if (saved.answering()) {
            answering();
        }
        if (!finalSent || held != null || awaitsPrack) {
            session.transactionBegan();
        }
        if (saved.nextRSeq() > 0) {
            madeReliable = saved.madeReliable();
            session.awaits(this);
            provisionals().resume(saved.nextRSeq(), saved.unacknowledged());
        }
        saved.success().ifPresent(response -> {
            repeatUntilAck(response);
            transaction.send(response); // nobody knows whether it has left
        });
    }

    /** Another node goes on with it. */
    @Override
    public void onLeft() {
        endAnswering();
        stopProvisionals();
        branches.forEach(UasCore::onLeft);
        if (success != null) {
            success.stop();
        }
        transaction.abandon();
    }

    private ReliableProvisionals provisionals() {
        ReliableProvisionals queue = reliable;
        if (queue == null) {
            queue = new ReliableProvisionals(
                    session, services.timers(), services.timing().t1(), services.random(), new Provisionals());
            reliable = queue;
        }
        return queue;
    }

    public Request request() {
        return request;
    }

    /** Who is told. */
    public UasListener listener() {
        return listener;
    }

    /** Answers the INVITE in another dialog, that of the session, as if it had been forked here (JSR 359, InviteBranch). */
    public UasCore branch(SipSessionState branchSession, UasListener branchListener) {
        UasCore branch = new UasCore(
                transaction,
                request,
                branchSession,
                services,
                branchListener,
                this,
                session.appSession().identifier(services.identifiers()));
        branches = new ArrayList<>(branches);
        branches.add(branch);
        branchSession.transactionBegan();
        return branch;
    }

    private String localTag() {
        return ownTag == null ? transaction.localTag() : ownTag;
    }

    public ServerTransaction transaction() {
        return transaction;
    }

    /** A response with all that the container owns: Via, From, To with tag, Call-ID, CSeq, Contact (RFC 3261 §8.2.6.2). */
    public Response.Builder respond(int status, Optional<String> reason) {
        Response.Builder response =
                reason.isPresent() ? Response.to(request, status, reason.get()) : Response.to(request, status);
        if (status > 100 && request.toTag().isEmpty()) {
            response.set(HeaderName.TO, request.to().withTag(localTag()).toString());
        }
        if (status > 100 && status < 300 && request.toTag().isEmpty() && Contacts.makesDialog(request.method())) {
            request.headers()
                    .all(HeaderName.RECORD_ROUTE)
                    .forEach(route -> response.add(HeaderName.RECORD_ROUTE, route)); // RFC 3261 §12.1.1
        }
        if (status > 100 && status < 300 && Dialog.refreshesTarget(request.method())) {
            response.set(
                    HeaderName.CONTACT,
                    Contacts.of(transaction.flow().listener(), request).toString());
        }
        return response;
    }

    /** Whether the application has sent a final response; a 2xx may still wait for a PRACK. */
    public boolean isAnswered() {
        return finalSent || branchSucceeded;
    }

    /** Whether no dialog can be made of it any more. */
    public boolean isRefused() {
        return finalSent && !isUnacknowledged() && held == null && !branchSucceeded;
    }

    private boolean isUnacknowledged() {
        return success != null && success.isWaiting();
    }

    /**
     * Sends a response of the application; a 2xx not before a session description in a reliable response is acknowledged
     * (RFC 3262 §3).
     *
     * @throws IllegalStateException when a final response was sent before
     */
    public void send(Response response) {
        requireUnanswered(response);
        if (parent != null && response.status() >= 300) {
            parent.send(response); // ends all of them
            return;
        }
        if (makesNoDialog(response)) {
            return;
        }
        if (response.statusClass() == StatusClass.SUCCESS && reliable != null && reliable.holdsSuccess()) {
            held = response;
            finalSent = true;
            return;
        }
        answering();
        prepare(response);
        if (OfferAnswer.concerns(request.method())) {
            session.offers().sent(response);
        }
        if (response.statusClass() == StatusClass.PROVISIONAL) {
            transaction.send(response);
        } else {
            sendFinal(response);
        }
    }

    /** 400 is the answer to a peer that no dialog can be made with. */
    private boolean makesNoDialog(Response response) {
        boolean unreadable = DialogAnswer.isUnreadable(request, response);
        if (unreadable) {
            refuse(400);
        }
        return unreadable;
    }

    /** Answers for the application unless a final response has left; one that is held is dropped. */
    public void refuse(int status) {
        if ((!finalSent || held != null) && !branchSucceeded) {
            held = null;
            finalSent = false;
            send(respond(status, Optional.empty()).build());
        }
    }

    /** A proxy answers the request from now on: nothing is repeated and nobody is told any more. */
    public void release() {
        released = true;
        if (reliable != null) {
            reliable.stop();
        }
        session.settled(this);
        endAnswering();
    }

    /** Sends a 2xx to an INVITE of which a proxy keeps the transaction: the session is that of a user agent after all. */
    public void sendInsteadOfProxy(Response response) {
        if (transaction.hasFinal()) {
            throw new IllegalStateException("cannot send " + response.status() + " to " + request.method()
                    + " of session " + session.id() + ": a final response was sent");
        }
        session.answering();
        prepare(response);
        finalSent = true;
        repeatUntilAck(response);
        transaction.send(response);
    }

    /** Sends a provisional response reliably (RFC 3262 §3), and returns it as sent; the caller has checked that both sides can. */
    public Response sendReliably(Response response) {
        requireUnanswered(response);
        if (makesNoDialog(response)) {
            return response;
        }
        answering();
        prepare(response);
        session.awaits(this);
        Response numbered = provisionals().send(response);
        session.offers().sent(numbered);
        return numbered;
    }

    /** The same without the application's knowledge: {@link Prack#OF_CONTAINER} is what its PRACK will be. */
    public void makeReliable(Response response) {
        List<Response> more = new ArrayList<>(madeReliable);
        more.add(sendReliably(response));
        madeReliable = more;
    }

    private void endAnswering() {
        if (answering) {
            answering = false;
            services.merged().ended(request);
        }
    }

    private void answering() {
        if (!answering && request.toTag().isEmpty()) {
            answering = true;
            services.merged().began(request);
        }
    }

    private void requireUnanswered(Response response) {
        if (isAnswered() || released) {
            throw new IllegalStateException("cannot send " + response.status() + " to " + request.method()
                    + " of session " + session.id()
                    + (released ? ": the application proxies it" : ": a final response was sent"));
        }
    }

    /** Dialog and session state that the response makes true. */
    private void prepare(Response response) {
        int status = response.status();
        Method method = request.method();
        if (status > 100 && status < 300 && Dialog.refreshesTarget(method)) {
            session.strand().protect();
        }
        if (request.toTag().isEmpty()) {
            if (Dialog.isMadeBy(response) && Contacts.makesDialog(method)) {
                DialogAnswer.entered(session, request, response, localTag(), transaction.flow(), services);
            } else if (status >= 300 && method.equals(Method.INVITE)) {
                session.terminated();
            }
        } else if (status >= 200 && status < 300) {
            if (method.equals(Method.BYE)) {
                session.callEnded();
            } else if (Dialog.refreshesTarget(method)) {
                session.dialog()
                        .ifPresent(dialog -> DialogAnswer.refreshed(dialog, request, transaction.flow(), services));
            }
        }
    }

    private void sendFinal(Response response) {
        finalSent = true;
        if (EventRequest.isMadeBy(request.method())) {
            EventAnswer.sent(session, request, response, services, listener);
        }
        if (reliable != null) {
            reliable.stop();
            awaitsPrack = response.statusClass() != StatusClass.SUCCESS
                    && reliable.hasUnacknowledged()
                    && session.unacknowledged().contains(this); // RFC 3262 §3
            if (!awaitsPrack) {
                session.settled(this);
            }
        }
        boolean awaitsAck = request.method().equals(Method.INVITE) && response.statusClass() == StatusClass.SUCCESS;
        if (awaitsAck) {
            repeatUntilAck(response);
            (parent == null ? this : parent).endProvisionals();
        }
        transaction.send(response);
        if (parent != null) {
            parent.branchSucceeded = true;
        }
        if (!awaitsAck) {
            endBranches();
        }
        if (!awaitsPrack) { // else the session stays to match it
            session.transactionEnded();
        }
        listener.onFinal();
    }

    /** No provisional response follows a 2xx through the transaction (RFC 6026 §7.1): none of another dialog is repeated. */
    private void endProvisionals() {
        stopProvisionals();
        branches.forEach(UasCore::stopProvisionals);
    }

    private void stopProvisionals() {
        if (!finalSent && reliable != null) {
            reliable.stop();
        }
    }

    /** Those that have not answered will not. */
    private void endBranches() {
        List<UasCore> ending = branches;
        branches = List.of();
        for (UasCore each : ending) {
            if (!each.finalSent) {
                each.finalSent = true;
                if (each.reliable != null) {
                    each.reliable.stop();
                }
                each.session.settled(each);
                each.session.terminated();
                each.session.transactionEnded();
                each.listener.onFinal();
            }
        }
    }

    private void repeatUntilAck(Response response) {
        RepeatedSuccess repeated = new RepeatedSuccess(transaction, session, this, services, listener);
        success = repeated;
        repeated.begin(response);
    }

    private final class Provisionals implements ReliableProvisionals.Listener {
        @Override
        public void transmit(Response provisional) {
            transaction.send(provisional);
        }

        @Override
        public void onUnacknowledged(Response provisional) {
            session.settled(UasCore.this);
            session.offers().clear();
            boolean told = listener.onNoPrack(provisional);
            if (held != null) {
                refuse(500); // RFC 3262 §3: the application has answered, its 2xx may not leave
            } else if (!told || madeReliable.contains(provisional)) {
                refuse(504);
            }
        }
    }

    @Override
    public boolean holdUntilAck(Runnable bye) {
        RepeatedSuccess repeated = success;
        if (repeated == null || !repeated.isWaiting() || request.toTag().isPresent()) {
            return false;
        }
        repeated.hold(bye);
        return true;
    }

    @Override
    public long cseq() {
        return request.cseq().number();
    }

    @Override
    public boolean acknowledge(Request ack) {
        RepeatedSuccess repeated = success;
        if (repeated == null || !repeated.isWaiting()) {
            return false;
        }
        repeated.settle();
        return true;
    }

    @Override
    public Prack acknowledge(RAck rack) {
        ReliableProvisionals queue = reliable;
        Optional<Response> acknowledged = queue == null ? Optional.empty() : queue.acknowledge(rack);
        if (queue == null || acknowledged.isEmpty()) {
            return Prack.UNMATCHED;
        }
        listener.onPrack(acknowledged.get());
        Response waiting = held;
        if (awaitsPrack) {
            endAwaitingPrack();
        } else if (waiting != null && !queue.holdsSuccess()) {
            held = null;
            finalSent = false;
            send(waiting);
        }
        return madeReliable.contains(acknowledged.get()) ? Prack.OF_CONTAINER : Prack.OF_APPLICATION;
    }

    private void endAwaitingPrack() {
        awaitsPrack = false;
        session.settled(this);
        session.transactionEnded();
    }

    @Override
    public void onCancel(Request cancel) {
        if ((finalSent && held == null) || branchSucceeded) {
            return; // RFC 3261 §9.2: no effect once answered
        }
        if (listener.onCancel(cancel)) {
            refuse(487);
        }
    }

    /** The ACK of an RFC 2543 peer, which matches the transaction (RFC 6026 §6). */
    @Override
    public void onAck(Request ack) {
        if (acknowledge(ack)) {
            listener.onAck(ack);
        }
    }

    /** Requests in the dialog go over the flow of this one's client, if nothing else leads there. */
    public void follow(Dialog dialog) {
        DialogAnswer.follow(dialog, request, transaction.flow(), services);
    }

    @Override
    public void onTimeout() {
        // RFC 3261 §17.2.1: no ACK for an error response; there is nobody to tell
    }

    @Override
    public void onTransportError(IOException cause) {
        // RFC 6026 §7.1: the transaction goes on; the peer will retransmit or give up
    }

    @Override
    public void onTerminated() {
        endAnswering();
        endBranches();
        if (awaitsPrack) {
            endAwaitingPrack();
            listener.onFinal();
        } else if (!finalSent && !released) { // RFC 4320 §4.2: the client has given up, there is nothing to send
            finalSent = true;
            if (branchSucceeded) {
                session.settled(this);
                session.terminated(); // its own dialog never came about
            }
            session.transactionEnded();
            listener.onFinal();
        }
    }
}
