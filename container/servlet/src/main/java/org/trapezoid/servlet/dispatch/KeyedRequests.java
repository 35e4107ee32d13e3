// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.replication.KeySearch;
import org.trapezoid.servlet.replication.KeySearch.Holder;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.servlet.replication.SessionKeys;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transaction.TransactionLayer;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.MessageHandler;

/**
 * In a cluster, requests whose application says the key of their session: they wait until it is known which node has it, and are relayed
 * to that one. Thread-safe.
 */
final class KeyedRequests {
    private static final Logger log = LoggerFactory.getLogger(KeyedRequests.class);
    private static final int MOST_WAITING = 1000;
    private static final Duration RETRY = Duration.ofMillis(100);

    /** How long a CANCEL may come for an INVITE that another node has got, which by then has told everybody that it has it. */
    private static final Duration REMEMBERED = Duration.ofSeconds(32);

    private final KeySearch search;
    private final Replication replication;
    private final MessageHandler here;
    private final Executor workers;
    private final Strand looking; // guards what follows
    private final Map<String, Deque<Consumer<Optional<Holder>>>> waiting = new HashMap<>();
    private int requestsWaiting;

    /** The tokens of the sessions to which INVITEs were relayed, by transaction. */
    private final Map<String, String> relayed = new ConcurrentHashMap<>();

    /** @param here handles a request again of which it is not known whether the node it was relayed to has handled it */
    KeyedRequests(KeySearch search, Replication replication, MessageHandler here, Executor workers, Strand looking) {
        this.search = search;
        this.replication = replication;
        this.here = here;
        this.workers = workers;
        this.looking = looking;
    }

    /**
     * A request waits until it is known who has the session of its key; those of one key are told one after the other, in their order.
     *
     * @param token of the session that begins with the request if nobody has one yet
     * @param told on another stack and in no core section; with nothing if nobody can say, or too many wait
     */
    void find(String application, String key, String token, long deployment, Consumer<Optional<Holder>> told) {
        String name = SessionKeys.name(application, key);
        Strand.post(() -> {
            boolean[] full = {false};
            boolean first = looking.call(() -> {
                full[0] = requestsWaiting >= MOST_WAITING;
                if (full[0]) {
                    return false;
                }
                requestsWaiting++;
                Deque<Consumer<Optional<Holder>>> queue = waiting.get(name);
                if (queue == null) {
                    waiting.put(name, new ArrayDeque<>(2));
                    return true;
                }
                queue.add(told);
                return false;
            });
            if (full[0]) {
                told.accept(Optional.empty());
            } else if (first) {
                search.find(name, token, deployment)
                        .whenComplete((holder, failure) -> workers.execute(() -> {
                            if (failure != null) {
                                log.info("nobody can say who has the session of a key: {}", failure.toString());
                            }
                            found(name, told, Optional.ofNullable(holder));
                        }));
            }
        });
    }

    /** Who began the session, has begun it when the next one is told of it. */
    private void found(String name, Consumer<Optional<Holder>> first, Optional<Holder> holder) {
        Consumer<Optional<Holder>> next = first;
        while (next != null) {
            try {
                next.accept(holder);
            } catch (RuntimeException | Error e) {
                log.error("a request with a key failed", e);
            }
            next = next(name);
        }
    }

    private @Nullable Consumer<Optional<Holder>> next(String name) {
        return looking.call(() -> {
            requestsWaiting--;
            Deque<Consumer<Optional<Holder>>> queue = waiting.get(name);
            @Nullable Consumer<Optional<Holder>> next = queue == null ? null : queue.poll();
            if (next == null) {
                waiting.remove(name);
            }
            return next;
        });
    }

    /** Whether a session is run by this node. */
    boolean isHere(Holder holder) {
        return holder.node().equals(replication.nodes().self());
    }

    /**
     * Gives the request of a transaction to the node that has its session; the transaction is nobody's here then. In its core section.
     *
     * @return false if that node is gone or has too much to do, or the request was relayed to this node
     */
    boolean relay(ServerTransaction transaction, Holder to) {
        Request request = transaction.request();
        Flow flow = transaction.flow();
        Runnable lost = () ->
                replication.timers().schedule(looking, RETRY, () -> Strand.post(() -> here.onRequest(flow, request)));
        if (!replication.nodes().relay(to.node(), flow, request, lost)) {
            return false;
        }
        if (request.method().equals(Method.INVITE)) {
            String name = TransactionLayer.serverKey(request);
            relayed.put(name, to.token());
            replication.timers().schedule(looking, REMEMBERED, () -> relayed.remove(name, to.token()));
        }
        transaction.abandon();
        return true;
    }

    /** The token of the session to which this node has relayed the INVITE that a request cancels. */
    Optional<String> relayed(Request cancel) {
        return cancel.method().equals(Method.CANCEL)
                ? Optional.ofNullable(relayed.get(TransactionLayer.serverKey(cancel)))
                : Optional.empty();
    }
}
