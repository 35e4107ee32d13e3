// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.locate.ServerLocator;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.MessageHandler;
import org.trapezoid.sip.transport.Traffic;
import org.trapezoid.sip.transport.TransportLayer;

/** Brings every message to its transaction or to the {@link RequestHandler}, RFC 3261 §17. Thread-safe. */
public final class TransactionLayer implements MessageHandler {
    private static final Logger log = LoggerFactory.getLogger(TransactionLayer.class);
    private static final int OK = 200;
    private static final int BAD_TRANSACTION = 481;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final String RETRY_AFTER = "10";
    private static final ServerLocator NOBODY = uri -> CompletableFuture.completedFuture(List.of());

    /** What a CANCEL can meet besides an INVITE, RFC 3261 §9.2; it has no effect on them. */
    private static final List<Method> UNCANCELLABLE = List.of(
            Method.REGISTER,
            Method.OPTIONS,
            Method.BYE,
            Method.MESSAGE,
            Method.SUBSCRIBE,
            Method.NOTIFY,
            Method.PUBLISH,
            Method.REFER,
            Method.INFO,
            Method.UPDATE,
            Method.PRACK);

    private final TransactionTable table = new TransactionTable();
    private final TransactionContext context;
    private final TransportLayer transports;
    private final Strands strands;
    private final StatelessAnswers stateless;
    private volatile RequestHandler handler = new UnreadyHandler();

    public TransactionLayer(
            TransportLayer transports, Strands strands, Timers timers, Timing timing, Identifiers identifiers) {
        this(transports, NOBODY, strands, timers, timing, identifiers);
    }

    /** The same; a response that cannot go back to its source goes to the server that {@code locator} finds. */
    public TransactionLayer(
            TransportLayer transports,
            ServerLocator locator,
            Strands strands,
            Timers timers,
            Timing timing,
            Identifiers identifiers) {
        ResponseSender responses = new ResponseSender(transports, locator);
        this.context = new TransactionContext(timers, timing, identifiers, table, transports, responses);
        this.transports = transports;
        this.strands = strands;
        this.stateless = new StatelessAnswers(identifiers);
    }

    /** Who gets new requests; before it is set they are answered 503. */
    public void handler(RequestHandler newHandler) {
        handler = newHandler;
    }

    /** How many transactions there are. */
    public int size() {
        return table.serverCount() + table.clientCount();
    }

    /** How many of them are server transactions. */
    public int serverCount() {
        return table.serverCount();
    }

    /** How many of these wait for their final response. */
    public int pendingCount() {
        return table.pendingCount();
    }

    /** By what a CANCEL, an ACK or a retransmission finds the transaction of a request, in the whole cluster. */
    public static String serverKey(Request request) {
        Method method = request.method();
        TransactionKey key = method.equals(Method.CANCEL)
                ? TransactionKey.cancelled(request, Method.INVITE)
                : TransactionKey.server(request);
        return key.toString();
    }

    /**
     * Whether a request repeats one that is known here, or belongs to it as a CANCEL or ACK does. What was left of a call that goes on at
     * another node answers nobody, and is forgotten.
     */
    public boolean knows(Request request) {
        Optional<ServerTransaction> known =
                table.server(TransactionKey.server(request)).filter(TransactionLayer::isAnsweredHere);
        if (known.isEmpty() && request.method().equals(Method.CANCEL)) {
            known = cancelledBy(request).filter(TransactionLayer::isAnsweredHere);
        }
        return known.isPresent();
    }

    /** Whether the request of a response was sent here. */
    public boolean knows(Response response) {
        Optional<String> branch = response.topBranch();
        return branch.isPresent()
                && table.client(TransactionKey.client(
                                branch.get(), response.cseq().method()))
                        .filter(TransactionLayer::isAwaitedHere)
                        .isPresent();
    }

    private static boolean isAnsweredHere(ServerTransaction transaction) {
        if (transaction.strand().hasLeft()) {
            Strand.run(transaction, transaction::left);
            return false;
        }
        return true;
    }

    private static boolean isAwaitedHere(ClientTransaction transaction) {
        if (transaction.strand().hasLeft()) {
            Strand.run(transaction, transaction::abandon);
            return false;
        }
        return true;
    }

    /** A server transaction that another node has written down; it belongs to the strand. In its core section. */
    public ServerTransaction restore(Strand strand, ServerTransaction.Memento memento) {
        Request request = memento.request();
        Flow flow = transports.inPlaceOf(memento.flow());
        TransactionKey key = TransactionKey.server(request);
        ServerTransaction transaction = request.method().equals(Method.INVITE)
                ? new InviteServerTransaction(context, key, strand, flow, request)
                : new NonInviteServerTransaction(context, key, strand, flow, request);
        table.addIfAbsent(transaction);
        transaction.resume(memento);
        return transaction;
    }

    @Override
    public void onRequest(Flow flow, Request request) {
        Method method = request.method();
        if (method.equals(Method.ACK)) {
            onAck(flow, request);
        } else if (method.equals(Method.CANCEL)) {
            onCancel(flow, request);
        } else {
            TransactionKey key = TransactionKey.server(request);
            if (!repeats(key)) {
                onNewRequest(flow, key, request);
            }
        }
    }

    @Override
    public void onResponse(Flow flow, Response response) {
        Optional<String> branch = response.topBranch();
        Optional<ClientTransaction> transaction = branch.isPresent()
                ? table.client(
                        TransactionKey.client(branch.get(), response.cseq().method()))
                : Optional.empty();
        if (transaction.isEmpty()) {
            if (!handler.onStrayResponse(flow, response)) {
                transports.traffic().dropped(Traffic.Drop.STRAY_RESPONSE);
            }
            return;
        }
        ClientTransaction client = transaction.get();
        if (!client.mayComeOver(flow)) {
            transports.traffic().dropped(Traffic.Drop.STRAY_RESPONSE);
            log.debug("{}: {} dropped, it came over {}", client, response.status(), flow);
        } else if (client.isOnPath(response)) {
            Strand.run(client, () -> client.receive(response));
        } else {
            transports.traffic().dropped(Traffic.Drop.STRAY_RESPONSE);
            log.debug("{}: {} dropped, it has not the Vias of the request", client, response.status());
        }
    }

    @Override
    public void onClosed(Flow flow) {
        table.unheard().closed(flow);
    }

    TransactionContext context() {
        return context;
    }

    private boolean repeats(TransactionKey key) {
        Optional<ServerTransaction> known = table.server(key);
        known.ifPresent(server -> Strand.run(server, server::receiveAgain));
        return known.isPresent();
    }

    private void onNewRequest(Flow flow, TransactionKey key, Request request) {
        if (!request.method().equals(Method.BYE)) {
            OptionalInt refusal = handler.admit(flow, request);
            if (refusal.isPresent()) {
                refuse(flow, request, refusal.getAsInt());
                return;
            }
        }
        Strand strand = strands.create();
        ServerTransaction transaction = request.method().equals(Method.INVITE)
                ? new InviteServerTransaction(context, key, strand, flow, request)
                : new NonInviteServerTransaction(context, key, strand, flow, request);
        Optional<ServerTransaction> earlier = table.addIfAbsent(transaction);
        if (earlier.isPresent()) { // the same request came on two threads
            Strand.run(earlier.get(), earlier.get()::receiveAgain);
        } else {
            strand.run(() -> begin(transaction));
        }
    }

    private void begin(ServerTransaction transaction) {
        transaction.start();
        try {
            handler.onRequest(transaction, transaction.request());
        } catch (RuntimeException | Error e) {
            transaction.giveUp();
            throw e;
        }
    }

    private void onAck(Flow flow, Request ack) {
        Optional<ServerTransaction> known = table.server(TransactionKey.acknowledged(ack));
        if (known.isPresent() && known.get() instanceof InviteServerTransaction invite) {
            Strand.run(invite, () -> invite.receiveAck(ack));
        } else {
            handler.onAck(flow, ack);
        }
    }

    /** RFC 3261 §9.2: the CANCEL has a transaction of its own, on the strand of the one it cancels. */
    private void onCancel(Flow flow, Request cancel) {
        TransactionKey key = TransactionKey.server(cancel);
        if (repeats(key)) {
            return;
        }
        Optional<ServerTransaction> target = cancelledBy(cancel);
        if (target.isPresent()) {
            ServerTransaction cancelled = target.get();
            var transaction = new NonInviteServerTransaction(context, key, cancelled, flow, cancel);
            if (table.addIfAbsent(transaction).isEmpty()) {
                Strand.run(cancelled, () -> cancel(cancelled, transaction));
            }
        } else if (!handler.onStrayCancel(flow, cancel)) {
            send(flow, stateless.answer(cancel, BAD_TRANSACTION).build());
        }
    }

    /** A CANCEL has the Call-ID and From of its request, RFC 3261 §9.1; one that has not is guessing branches. */
    private Optional<ServerTransaction> cancelledBy(Request cancel) {
        Optional<ServerTransaction> found = table.server(TransactionKey.cancelled(cancel, Method.INVITE));
        for (int i = 0; found.isEmpty() && i < UNCANCELLABLE.size(); i++) {
            found = table.server(TransactionKey.cancelled(cancel, UNCANCELLABLE.get(i)));
        }
        return found.filter(target -> target.isOfSameCall(cancel));
    }

    private static void cancel(ServerTransaction cancelled, NonInviteServerTransaction transaction) {
        Request cancel = transaction.request();
        transaction.send(Response.to(cancel, OK).toTag(cancelled.localTag()).build());
        if (cancelled instanceof InviteServerTransaction invite) {
            invite.receiveCancel(cancel);
        }
    }

    private void refuse(Flow flow, Request request, int status) {
        Response.Builder answer = stateless.answer(request, status);
        if (status == SERVICE_UNAVAILABLE) {
            answer.set(HeaderName.RETRY_AFTER, RETRY_AFTER);
            transports.traffic().dropped(Traffic.Drop.OVERLOAD);
        }
        send(flow, answer.build());
    }

    private void send(Flow flow, Response response) {
        transports.sendResponse(flow, response, cause -> log.debug("stateless answer not sent: {}", cause));
    }

    /** Stands in until the server is wired. */
    private static final class UnreadyHandler implements RequestHandler {

        @Override
        public OptionalInt admit(Flow flow, Request request) {
            return OptionalInt.of(SERVICE_UNAVAILABLE);
        }

        @Override
        public void onRequest(ServerTransaction transaction, Request request) {
            transaction.abandon();
        }

        @Override
        public void onAck(Flow flow, Request ack) {}

        @Override
        public boolean onStrayCancel(Flow flow, Request cancel) {
            return false;
        }

        @Override
        public boolean onStrayResponse(Flow flow, Response response) {
            return false;
        }
    }
}
