// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.proxy.StatelessForwarder;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.servlet.replication.SessionStore.Found;
import org.trapezoid.servlet.replication.SessionTokens;
import org.trapezoid.servlet.replication.Snapshot;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.sip.concurrent.PostedInOrder;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StatusClass;
import org.trapezoid.sip.transaction.TransactionLayer;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.LoopbackFlow;
import org.trapezoid.sip.transport.MessageHandler;
import org.trapezoid.sip.transport.TransportLayer;

/**
 * In a cluster, brings each message to the node that has its session: it is handled here, relayed once, or its session is taken over
 * because its node has gone. Thread-safe.
 */
public final class OwnerRouting implements MessageHandler {
    private static final Logger log = LoggerFactory.getLogger(OwnerRouting.class);
    private static final int MOST_WAITING = 1000; // messages for sessions that are being looked for
    private static final int SERVICE_UNAVAILABLE = 503;

    /** How often, and after how long each time, a session is looked for that this node has claimed, but does not run yet. */
    private static final int ATTEMPTS = 50;

    private static final Duration RETRY = Duration.ofMillis(100);

    private final TransactionLayer here;
    private final TransportLayer transports;
    private final SessionRegistry sessions;
    private final Restoration restoration;
    private final Replication replication;
    private final SessionTokens tokens;
    private final SessionOfMessage named;
    private final KeyedRequests keyed;
    private final StatelessForwarder stateless;
    private final LostCalls lost;
    private final Executor workers;
    private final HeldRequests held;
    private final TakeoverLog takeovers;
    private final Strand looking; // guards what follows
    private final Map<String, Deque<Waiting>> waiting = new HashMap<>();
    private int messagesWaiting;
    private volatile boolean takesOver; // its applications are there, and it does not leave

    /** @param found whether it names no session, but its transaction does */
    private record Waiting(Flow flow, Message message, boolean found) {}

    OwnerRouting(
            TransactionLayer here,
            TransportLayer transports,
            SessionRegistry sessions,
            Restoration restoration,
            Replication replication,
            KeyedRequests keyed,
            StatelessForwarder stateless,
            LostCalls lost,
            TakeoverLog takeovers,
            Executor workers,
            Strand looking) {
        this.here = here;
        this.transports = transports;
        this.sessions = sessions;
        this.restoration = restoration;
        this.replication = replication;
        this.tokens = replication.tokens();
        this.named = new SessionOfMessage(tokens, sessions);
        this.keyed = keyed;
        this.stateless = stateless;
        this.lost = lost;
        this.workers = workers;
        this.looking = looking;
        this.takeovers = takeovers;
        this.held = new HeldRequests(replication, looking, workers, MOST_WAITING, this::route);
    }

    /** From now on this node handles what others relay, and takes over what nodes leave that die. */
    public void start() {
        takesOver = true;
        replication.nodes().onRelayed(this::onRelayed);
        replication.store().onOrphan(snapshot -> workers.execute(() -> restoration.restore(snapshot)));
    }

    /** From now on this node takes nothing over: its sessions are being handed to others, who get their messages. */
    void stop() {
        takesOver = false;
        restoration.stop();
    }

    @Override
    public void onRequest(Flow flow, Request request) {
        if (here.knows(request)) {
            here.onRequest(flow, request);
            return;
        }
        if (flow instanceof LoopbackFlow || !held.take(flow, request)) {
            route(flow, request);
        }
    }

    private void route(Flow flow, Request request) {
        @Nullable String token = named.elsewhere(request);
        if (token != null) {
            toOwner(token, new Waiting(flow, request, false));
        } else if (named.mayBelongElsewhere(request)) {
            byTransaction(flow, request);
        } else {
            here.onRequest(flow, request);
        }
    }

    @Override
    public void onResponse(Flow flow, Response response) {
        if (here.knows(response)) {
            here.onResponse(flow, response);
            return;
        }
        @Nullable String token = named.elsewhere(response);
        if (token != null) {
            toOwner(token, new Waiting(flow, response, false));
        } else {
            handle(flow, response);
        }
    }

    @Override
    public void onClosed(Flow flow) {
        here.onClosed(flow);
    }

    /**
     * Another node takes this one for the owner: it may have claimed the session without running it yet. What belongs to somebody else by now
     * is not relayed again; false if this node hands its sessions over, and has not got that one any more.
     */
    private boolean onRelayed(Flow from, Message message) {
        Flow flow = message instanceof Request && from instanceof LoopbackFlow inside ? read(inside) : from;
        @Nullable String token = null;
        boolean found = false;
        if (message instanceof Response response) {
            token = here.knows(response) ? null : named.elsewhere(response);
        } else if (message instanceof Request request && !here.knows(request)) {
            token = named.elsewhere(request);
            if (token == null && named.mayBelongElsewhere(request)) {
                token = replication
                        .store()
                        .named(TransactionLayer.serverKey(request))
                        .orElse(null);
                if (token != null && sessions.hasToken(token)) {
                    handleLate(flow, request);
                    return true;
                }
                found = true;
            }
        }
        if (token == null) {
            handle(flow, message);
        } else if (!takesOver) {
            return false;
        } else {
            take(token, new Waiting(flow, message, found));
        }
        return true;
    }

    /** A flow from an application of another node. */
    private LoopbackFlow read(LoopbackFlow inside) {
        return Handover.read(inside.attachment().toBytes(), transports)
                .map(inside::with)
                .orElse(inside);
    }

    private void byTransaction(Flow flow, Request request) {
        Optional<String> token = replication.store().named(TransactionLayer.serverKey(request));
        if (token.isEmpty()) {
            Optional<String> relayed = keyed.relayed(request);
            if (relayed.isPresent()) {
                toOwner(relayed.get(), new Waiting(flow, request, false));
            } else {
                handle(flow, request);
            }
        } else if (sessions.hasToken(token.get())) {
            handleLate(flow, request);
        } else {
            toOwner(token.get(), new Waiting(flow, request, true));
        }
    }

    private void toOwner(String token, Waiting message) {
        String maker = SessionTokens.maker(token);
        if (replication.isSurelyAt(maker)) {
            relay(maker, token, message);
        } else {
            take(token, message);
        }
    }

    private void relay(String node, String token, Waiting message) {
        Runnable lost =
                () -> replication.timers().schedule(looking, RETRY, () -> Strand.post(() -> again(token, message)));
        if (!replication.nodes().relay(node, message.flow, message.message, lost)) {
            refuse(message);
        }
    }

    /** A message that a node may have taken with it when it died: its sender need not send it again to be heard. */
    private void again(String token, Waiting message) {
        if (sessions.hasToken(token)) {
            arrived(token, message);
        } else {
            take(token, message);
        }
    }

    /** Its node is gone, or does not have it any more: who has it now is looked up once for all messages that come meanwhile. */
    private void take(String token, Waiting message) {
        if (!takesOver) {
            toAnother(token, message);
            return;
        }
        boolean[] full = {false};
        boolean first = looking.call(() -> {
            full[0] = messagesWaiting >= MOST_WAITING;
            if (full[0]) {
                return false;
            }
            messagesWaiting++;
            Deque<Waiting> queue = waiting.get(token);
            boolean isFirst = queue == null;
            if (queue == null) {
                queue = new ArrayDeque<>(2);
                waiting.put(token, queue);
            }
            queue.add(message);
            return isFirst;
        });
        if (full[0]) {
            dropped(message);
        } else if (first) {
            claim(token, 1);
        }
    }

    /**
     * This node takes nothing over, not yet or not any more: who has the session gets the message, or one who may take it over. The answers leave
     * by the flow as long as this node has it.
     */
    private void toAnother(String token, Waiting message) {
        replication
                .store()
                .owner(token)
                .whenComplete((owner, failure) ->
                        workers.execute(() -> toAnother(token, message, failure == null ? owner : Snapshot.NOBODY)));
    }

    private void toAnother(String token, Waiting message, String owner) {
        String maker = SessionTokens.maker(token);
        Optional<String> other = replication.isOtherThatStays(owner)
                ? Optional.of(owner)
                : Optional.of(maker).filter(replication::isOtherThatStays).or(() -> replication.anyOther(token));
        if (other.isPresent() && message.flow.isOfThisNode()) {
            relay(other.get(), token, message);
        } else {
            dropped(message);
        }
    }

    /** A datagram comes again; who has sent by a connection is told. */
    private void dropped(Waiting message) {
        if (message.flow.isReliable()) {
            refuse(message);
        }
    }

    private void refuse(Waiting message) {
        if (message.message instanceof Request request && !request.method().equals(Method.ACK)) {
            Response busy = Response.to(request, SERVICE_UNAVAILABLE)
                    .set(HeaderName.RETRY_AFTER, AdmissionControl.RETRY_AFTER)
                    .build();
            transports.sendResponse(message.flow, busy, cause -> log.debug("503 not sent", cause));
        }
    }

    private void claim(String token, int attempt) {
        replication
                .store()
                .claim(token)
                .whenComplete((found, failure) -> workers.execute(() -> {
                    if (failure != null) {
                        forget(token, failure);
                    } else if (attempt < ATTEMPTS && isComing(token, found)) {
                        replication
                                .timers()
                                .schedule(looking, RETRY, () -> Strand.post(() -> claim(token, attempt + 1)));
                    } else {
                        found(token, found);
                    }
                }));
    }

    /**
     * Whether this node has claimed the session in the background, and will go on with it soon; or one that leaves has given it this
     * message, and the session is still on its way.
     */
    private boolean isComing(String token, Found found) {
        return found instanceof Found.Owned owned
                && (owned.owner().equals(tokens.self())
                        ? !sessions.hasToken(token)
                        : replication.nodes().isLeaving(owned.owner()) && isRelayed(token));
    }

    private boolean isRelayed(String token) {
        return looking.call(() -> {
            Deque<Waiting> queue = waiting.get(token);
            @Nullable Waiting next = queue == null ? null : queue.peek();
            return next != null && !next.flow.isOfThisNode();
        });
    }

    /** Nobody says who has the session. */
    private void forget(String token, Throwable why) {
        int dropped = 0;
        @Nullable Waiting next;
        while ((next = next(token)) != null) {
            dropped(next);
            dropped++;
        }
        log.info("{} messages of session {} dropped: {}", dropped, token, why.toString());
    }

    private void found(String token, Found found) {
        if (found instanceof Found.Claimed claimed) {
            restoration.takeOver(claimed.snapshot());
        }
        @Nullable Waiting next;
        while ((next = next(token)) != null) {
            try {
                found(token, found, next);
            } catch (RuntimeException e) {
                log.error("a message of session {} has failed", token, e);
            }
        }
    }

    private void found(String token, Found found, Waiting message) {
        if (found instanceof Found.Owned owned && !owned.owner().equals(tokens.self()) && message.flow.isOfThisNode()) {
            relay(owned.owner(), token, message);
        } else if (found instanceof Found.Unknown
                && replication.isOtherThatStays(SessionTokens.maker(token))
                && message.flow.isOfThisNode()) {
            relay(SessionTokens.maker(token), token, message); // which may have told nobody of it
        } else if (found instanceof Found.Unknown && isOfLostCall(token, message)) {
            lost.hangUp(message.flow, (Response) message.message);
            takeovers.hungUp();
        } else if (!takesOver && !sessions.hasToken(token)) {
            toAnother(token, message);
        } else {
            arrived(token, message);
        }
    }

    /** A node that was missed, and is a member again, may still have what it told nobody. */
    private boolean isOfLostCall(String token, Waiting message) {
        return message.message instanceof Response response
                && LostCalls.isAnswer(message.flow, response)
                && !replication.nodes().isMember(SessionTokens.maker(token))
                && !here.knows(response);
    }

    private void arrived(String token, Waiting message) {
        if (message.found && sessions.hasToken(token) && message.message instanceof Request request) {
            handleLate(message.flow, request);
        } else {
            handle(message.flow, message.message);
        }
    }

    /**
     * A request of a session that is here. An INVITE outside a dialog that makes no transaction of it is the repetition of one that has been
     * answered: who answered it repeats the 2xx (RFC 6026 §7.1).
     */
    private void handleLate(Flow flow, Request request) {
        boolean answered =
                request.method().equals(Method.INVITE) && request.toTag().isEmpty() && !here.knows(request);
        if (!answered) {
            handle(flow, request);
        }
    }

    private @Nullable Waiting next(String token) {
        return looking.call(() -> {
            Deque<Waiting> queue = waiting.get(token);
            @Nullable Waiting next = queue == null ? null : queue.poll();
            if (next == null) {
                waiting.remove(token);
            } else {
                messagesWaiting--;
            }
            return next;
        });
    }

    private void handle(Flow flow, Message message) {
        if (message instanceof Request request) {
            here.onRequest(flow, request);
        } else if (message instanceof Response response) {
            if (isOfEndedProxy(response)) {
                forward(response);
            } else {
                here.onResponse(flow, response);
            }
        }
    }

    /**
     * To the Via below that of the proxy. If another application of this cluster was before the proxy, it is not where that Via says: its node
     * may be the one that died.
     */
    private void forward(Response response) {
        Response onward = response.toBuilder().removeFirst(HeaderName.VIA).build();
        if (onward.topBranch().flatMap(tokens::ofBranch).isPresent()) {
            Listener listener = transports.listeners().get(0);
            onResponse(new LoopbackFlow(listener, this, new PostedInOrder(), Passage.BY_ROUTE), onward);
        } else {
            stateless.forward(response);
        }
    }

    /**
     * Whether a 2xx to an INVITE is of a proxy that is not there any more, which the branch proves to have been in this cluster: its caller
     * still needs the 2xx (RFC 3261 §16.7 step 5).
     */
    private boolean isOfEndedProxy(Response response) {
        return response.viaCount() > 1
                && response.statusClass() == StatusClass.SUCCESS
                && response.cseq().method().equals("INVITE")
                && !here.knows(response)
                && response.topBranch().flatMap(tokens::ofBranch).isPresent();
    }
}
