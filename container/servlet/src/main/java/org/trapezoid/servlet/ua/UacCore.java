// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.servlet.session.OfferAnswer;
import org.trapezoid.servlet.session.SessionState;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.servlet.snapshot.FieldReader;
import org.trapezoid.servlet.snapshot.FieldWriter;
import org.trapezoid.sip.dialog.Dialog;
import org.trapezoid.sip.dialog.DialogState;
import org.trapezoid.sip.dialog.ProvisionalOrder;
import org.trapezoid.sip.dialog.UsageEffect;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transaction.ClientUser;
import org.trapezoid.sip.transaction.OutgoingRequest;
import org.trapezoid.sip.transaction.Sent;
import org.trapezoid.sip.transaction.Transaction;
import org.trapezoid.sip.transaction.Unattended;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowFailedException;

/**
 * Sends one request as a user agent and follows what its responses make of sessions and dialogs (RFC 3261 §8.1.3, §12.1.2,
 * §13.2.2). Confined to its strand.
 */
public final class UacCore implements ClientUser {
    private static final int EARLY_DIALOG_TERMINATED = 199;
    private static final int INTERVAL_TOO_SMALL = 422;

    private final SipSessionState root;
    private final UaServices services;
    private final UacListener listener;
    private final boolean inDialog;
    private final @Nullable EventRequest event; // of a SUBSCRIBE, REFER or NOTIFY
    private Request request;
    private @Nullable OutgoingRequest outgoing;
    private Map<String, Sent> acks = Map.of(); // by To tag of the 2xx
    private Map<String, Request> leftAcks = Map.of(); // by To tag; sent by another node
    private Map<String, ProvisionalOrder> provisionals = Map.of(); // by To tag
    private Map<String, SipSessionState> untold = Map.of(); // by To tag of a 2xx that the application was not told of
    private RoutingState routing = RoutingState.NEW;
    private @Nullable Retry retry; // the transaction that counts, after another one was refused
    private boolean succeeded;
    private boolean ended;
    private boolean local; // the final response was made here

    public UacCore(SipSessionState session, Request request, UaServices services, UacListener listener) {
        this.root = session;
        this.request = request;
        this.services = services;
        this.listener = listener;
        this.inDialog = request.toTag().isPresent();
        this.event = EventRequest.isMadeBy(request.method())
                ? new EventRequest(session, services, listener, this::follow)
                : null;
    }

    /** Writes it down, while responses may come. */
    public void write(FieldWriter out) {
        new SavedUac(
                        outgoing == null ? Optional.empty() : outgoing.memento(),
                        succeeded,
                        event != null && event.isFresh(),
                        sentAcks(),
                        provisionals)
                .write(request, out);
    }

    private Map<String, Request> sentAcks() {
        if (acks.isEmpty()) {
            return leftAcks;
        }
        Map<String, Request> sent = new LinkedHashMap<>(leftAcks);
        acks.forEach((tag, ack) -> ack.request().ifPresent(each -> sent.put(tag, each)));
        return sent;
    }

    /** Goes on where another node has left it; what is not known to have arrived is sent again. */
    public static UacCore restored(
            FieldReader in, SipSessionState session, RoutingState routing, UaServices services, UacListener listener) {
        UacCore core = new UacCore(session, SavedUac.request(in), services, listener);
        core.routing = routing;
        return core;
    }

    /** The second half of {@link #restored}, when the listener knows its request. */
    public void resume(FieldReader in) {
        SavedUac saved = SavedUac.read(in);
        succeeded = saved.succeeded();
        leftAcks = saved.acks();
        provisionals = saved.provisionals();
        if (!succeeded) {
            root.transactionBegan();
        }
        Optional<OutgoingRequest.Memento> sent = saved.sent();
        if (event != null) {
            event.resume(
                    request,
                    saved.freshUsage(),
                    sent.map(OutgoingRequest.Memento::age).orElse(Duration.ZERO));
        }
        if (sent.isPresent()) {
            outgoing = services.outbound().restore(root, sent.get(), this, Contacts::finish, "");
        } else if (!succeeded) {
            leaveInTime(request); // nobody knows where it was to go
        }
    }

    /** Another node goes on with it. */
    public void left() {
        if (outgoing != null) {
            outgoing.abandon();
        }
    }

    /** Who is told. */
    public UacListener listener() {
        return listener;
    }

    /** The request as it was sent. */
    public Request request() {
        return outgoing == null ? request : outgoing.request();
    }

    /** The flow it was sent over last; none when the final response was made here. */
    public Optional<Flow> flow() {
        return outgoing == null || local
                ? Optional.empty()
                : outgoing.transaction().map(Transaction::flow);
    }

    /** Whether a final response came. */
    public boolean isAnswered() {
        return ended || succeeded;
    }

    /** Sends the request on its way: to the next application inside, or out. */
    public void send(Request prepared, RoutingState state) {
        request = prepared;
        routing = state;
        root.parties(prepared.from(), inDialog ? root.remoteParty() : prepared.to());
        prepared.fromTag().ifPresent(tag -> services.sessions().localTag(tag, root));
        root.transactionBegan();
        if (OfferAnswer.concerns(prepared.method())) {
            root.offers().sent(prepared);
        }
        if (event != null) {
            event.sent(prepared);
        }
        leaveInTime(prepared);
    }

    /** A BYE waits for the ACK of the call that it ends, RFC 3261 §15. */
    private void leaveInTime(Request prepared) {
        boolean held = prepared.method().equals(Method.BYE) && root.holdUntilAck(() -> leave(prepared));
        if (!held) {
            leave(prepared);
        }
    }

    private void leave(Request prepared) {
        outgoing = services.outbound().send(root, prepared, routing, this, Contacts::finish);
    }

    /** Cancels the request (RFC 3261 §9.1); each value goes into a Reason header field. */
    public void cancel(List<String> reasons) {
        if (outgoing != null && !isAnswered()) {
            outgoing.cancel(reasons);
        }
    }

    /** The ACK for the 2xx of a session's dialog, with the INVITE's credentials (RFC 3261 §13.2.2.4). */
    public Request createAck(SipSessionState session) {
        Dialog dialog = session.dialog().orElseThrow(() -> new IllegalStateException("no dialog in " + session));
        return dialog.createAck(request).build();
    }

    /** Sends the ACK; it is repeated for each repeated 2xx of the same dialog. */
    public void sendAck(SipSessionState session, Request ack) {
        session.offers().sent(ack);
        sendAck(ack.toTag().orElse(""), ack);
    }

    private void sendAck(String tag, Request ack) {
        if (acks.isEmpty()) {
            acks = new HashMap<>(2);
        }
        acks.put(tag, services.outbound().sendAck(ack));
    }

    /** False if the refusal is to be shown. */
    private boolean isSentAgain(Response refusal) {
        if (refusal.status() != INTERVAL_TOO_SMALL || outgoing == null || outgoing.isCancelled()) {
            return false;
        }
        Optional<Request.Builder> again = listener.again(request, refusal);
        if (again.isEmpty()) {
            return false;
        }
        root.offers().received(refusal);
        if (!inDialog) {
            dropEarlyDialogs();
        }
        long cseq = inDialog ? root.dialog().orElseThrow().nextCSeq() : root.nextCSeq();
        request = again.get()
                .set(HeaderName.CSEQ, cseq + " " + request.method().name())
                .build();
        root.offers().sent(request);
        provisionals = Map.of();
        if (retry != null) {
            retry.replaced();
        }
        Retry next = new Retry(this);
        retry = next;
        outgoing = services.outbound().send(root, request, routing, next, Contacts::finish);
        return true;
    }

    @Override
    public void onResponse(Response response) {
        if (retry == null) {
            receive(response);
        }
    }

    void receive(Response response) {
        if (response.status() == 100) {
            return;
        }
        if (isOrphan(response)) {
            onOrphan(response);
            return;
        }
        StatusClass statusClass = response.statusClass();
        if (statusClass == StatusClass.SUCCESS && request.method().equals(Method.INVITE)) {
            onInviteSuccess(response);
        } else if (statusClass == StatusClass.PROVISIONAL) {
            onProvisional(response);
        } else {
            onFinal(response);
        }
    }

    private boolean isOrphan(Response response) {
        return !root.isValid()
                && root.member(response.toTag().orElse(""))
                        .filter(SipSessionState::isValid)
                        .isEmpty();
    }

    /** Its session was invalidated: nobody is told, and a call that came about all the same is hung up. */
    private void onOrphan(Response response) {
        if (root.appSession().hasLeft()) {
            return; // another node acknowledges it
        }
        String tag = response.toTag().orElse("");
        Sent known = acks.get(tag);
        if (known != null) {
            known.resend();
        } else if (response.statusClass() == StatusClass.SUCCESS
                && request.method().equals(Method.INVITE)) {
            Dialog dialog = inDialog ? root.dialog().orElseThrow() : dialog(response);
            sendAck(tag, dialog.createAck(request).build());
            if (!inDialog) {
                hangUp(dialog);
            }
        }
    }

    private void hangUp(Dialog dialog) {
        Request bye = dialog.createRequest(Method.BYE).build();
        services.outbound().send(root, bye, RoutingState.NEW, Unattended.INSTANCE, Contacts::finish);
    }

    private void onProvisional(Response response) {
        SipSessionState session = root;
        String tag = response.toTag().orElse("");
        if (makesEarlyDialog(response, tag)) {
            session = enterDialog(response, tag);
            if (session.state() == SessionState.INITIAL) {
                session.state(SessionState.EARLY);
            }
        }
        if (response.status() == EARLY_DIALOG_TERMINATED && !inDialog) {
            root.member(tag)
                    .filter(ended -> ended.state() == SessionState.EARLY)
                    .ifPresent(SipSessionState::terminated); // RFC 6228 §4
        }
        if (!ProvisionalOrder.isReliable(response)) {
            listener.onResponse(session, response);
            return;
        }
        if (provisionals.isEmpty()) {
            provisionals = new HashMap<>(2);
        }
        ProvisionalOrder order = provisionals.computeIfAbsent(tag, key -> new ProvisionalOrder());
        for (Response inOrder : order.receive(response)) {
            session.offers().received(inOrder);
            listener.onResponse(session, inOrder);
        }
    }

    /** Not a 199 of a dialog that nobody heard of before (RFC 6228 §4). */
    private boolean makesEarlyDialog(Response response, String tag) {
        return !inDialog
                && Dialog.isMadeBy(response)
                && Contacts.makesDialog(request.method())
                && (response.status() != EARLY_DIALOG_TERMINATED
                        || root.member(tag).isPresent());
    }

    private void onInviteSuccess(Response response) {
        String tag = response.toTag().orElse("");
        Sent ack = acks.get(tag);
        if (ack != null) {
            ack.resend();
            return;
        }
        Request leftAck = leftAcks.get(tag);
        if (leftAck != null) {
            sendAck(tag, leftAck);
            return;
        }
        SipSessionState session = inDialog ? root : enterDialog(response, tag);
        boolean known = session.state() == SessionState.CONFIRMED || session.state() == SessionState.TERMINATED;
        boolean confirmed =
                session.dialog().map(d -> d.state() != DialogState.EARLY).orElse(false);
        boolean repeated = succeeded && (inDialog || (known && confirmed));
        if (repeated) {
            if (untold.containsKey(tag)) {
                tell(session, tag, response);
            }
            return; // the application has it and has not acknowledged yet
        }
        session.offers().received(response);
        session.dialog().ifPresent(dialog -> {
            if (inDialog) {
                dialog.refreshTarget(response);
            } else {
                dialog.confirm(response);
            }
        });
        boolean over = session.state() == SessionState.TERMINATED || (inDialog && session.isCallOver());
        if (!over) { // a BYE may have come before the answer to a re-INVITE
            session.state(SessionState.CONFIRMED);
            session.callBegan();
        }
        if (!succeeded) {
            succeeded = true;
            root.transactionEnded();
        }
        tell(session, tag, response);
    }

    /** As long as too many callbacks wait, each retransmission of the 2xx is another try. */
    private void tell(SipSessionState session, String tag, Response response) {
        if (listener.onResponse(session, response)) {
            if (!untold.isEmpty()) {
                untold.remove(tag);
            }
        } else {
            if (untold.isEmpty()) {
                untold = new HashMap<>(2);
            }
            untold.put(tag, session);
        }
    }

    private void onFinal(Response response) {
        if (isAnswered() || isSentAgain(response)) {
            return;
        }
        ended = true;
        if (OfferAnswer.concerns(request.method())) {
            root.offers().received(response);
        }
        SipSessionState session = root;
        Method method = request.method();
        if (response.statusClass() == StatusClass.SUCCESS) {
            if (method.equals(Method.BYE)) {
                root.callEnded();
            } else if (inDialog && Dialog.refreshesTarget(method)) {
                root.dialog().ifPresent(dialog -> dialog.refreshTarget(response));
            } else if (!inDialog && Contacts.makesDialog(method) && !EventRequest.isWithoutSubscription(response)) {
                session = enterDialog(response, response.toTag().orElse(""));
                if (session.state() != SessionState.TERMINATED) {
                    session.dialog().ifPresent(dialog -> dialog.confirm(response));
                    session.state(SessionState.CONFIRMED);
                }
            }
            if (event != null) {
                event.succeeded(session, response);
            }
        } else if (inDialog) {
            failed(method, response);
        } else if (event == null || !event.survives(response)) {
            dropEarlyDialogs();
        }
        root.transactionEnded();
        listener.onResponse(session, response);
    }

    /** In a dialog (RFC 3261 §12.2.1.2, RFC 5057 §5.1). */
    private void failed(Method method, Response response) {
        UsageEffect effect = UsageEffect.of(response);
        if (effect == UsageEffect.DIALOG) {
            root.terminated();
        } else if (event != null) {
            event.failed(response, effect);
        } else if (method.equals(Method.BYE) || effect == UsageEffect.USAGE) {
            root.callEnded();
        }
    }

    private void dropEarlyDialogs() {
        for (SipSessionState member : List.copyOf(root.family())) {
            if (member != root) {
                member.terminated();
            }
        }
        if (root.dialog().isPresent()) {
            root.dropDialog();
        }
    }

    /** The session of the response's To tag; a further tag makes a derived session. */
    private SipSessionState enterDialog(Response response, String tag) {
        Optional<SipSessionState> known = root.member(tag);
        if (known.isPresent()) {
            return known.get();
        }
        SipSessionState session = root;
        if (root.dialog().isPresent()) {
            session = services.derive(root);
        }
        session.dialog(dialog(response));
        if (session != root) {
            session.offers().sent(request());
        }
        if (request.method().equals(Method.INVITE)) {
            session.callBegan();
        }
        return session;
    }

    /** Its requests go over the flow that this one went over. */
    private Dialog dialog(Response response) {
        Dialog dialog = Dialog.uac(request(), response);
        follow(dialog);
        return dialog;
    }

    /** Requests in the dialog go the way that the first one went. */
    private void follow(Dialog dialog) {
        if (outgoing != null) {
            outgoing.followed()
                    .ifPresent(named -> dialog.flowRoute(
                            named.flow().map(flow -> services.sender().flows().target(flow, named.strict()))));
        }
    }

    @Override
    public void onTimeout() {
        if (retry == null) {
            timedOut();
        }
    }

    void timedOut() {
        onLocal(408);
    }

    @Override
    public void onTransportError(IOException cause) {
        if (retry == null) {
            onTransportFailure(cause);
        }
    }

    void onTransportFailure(IOException cause) {
        onLocal(cause instanceof FlowFailedException ? 430 : 503); // RFC 5626 §11.5
    }

    /** RFC 3261 §8.1.3.1: what the stack found out is given to the application as a response. */
    private void onLocal(int status) {
        if (!isAnswered() && root.isValid()) {
            local = true;
            onFinal(Response.to(request(), status).build());
        }
    }

    @Override
    public void onTerminated() {
        if (retry == null) {
            terminated();
        }
    }

    void terminated() {
        endUntold();
        if (succeeded) {
            for (SipSessionState member : List.copyOf(root.family())) {
                if (member.state() == SessionState.EARLY) {
                    member.terminated(); // RFC 3261 §13.2.2.4: 64*T1 after the first 2xx
                }
            }
        }
        ended = true;
        listener.onEnded();
    }

    /** A call that the application never heard of is hung up; a re-INVITE is acknowledged. */
    private void endUntold() {
        untold.forEach((tag, session) -> session.dialog().ifPresent(dialog -> {
            sendAck(tag, dialog.createAck(request).build());
            if (!inDialog) {
                hangUp(dialog);
                session.terminated();
            }
        }));
        untold = Map.of();
    }
}
