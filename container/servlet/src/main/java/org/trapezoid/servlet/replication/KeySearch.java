// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.replication.SessionStore.Found;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.sip.concurrent.Strand;

/**
 * Finds the node on which the application session of a key runs. One whose node has gone is taken over; if there is none, the key is given
 * to the one that asks. Thread-safe.
 */
public final class KeySearch {
    private static final Logger log = LoggerFactory.getLogger(KeySearch.class);

    /** How often, and after how long each time, it is looked again when nobody can say or the session is about to come or to go. */
    private static final int ATTEMPTS = 50;

    private static final Duration RETRY = Duration.ofMillis(100);

    private final Replication replication;
    private final SessionRegistry sessions;
    private final Consumer<Snapshot> restoration;
    private final Executor workers;
    private final Strand waiting;
    private volatile boolean stopped;

    /** Who has a key: a session, by its token, and the node that runs it. */
    public record Holder(String node, String token) {}

    /** What is looked for: the key, for a session that would have it. */
    private record Search(String key, String token, long deployment, CompletableFuture<Holder> result) {}

    /**
     * @param restoration goes on with a session that is taken over, before it returns
     * @param waiting a strand of its own
     */
    public KeySearch(
            Replication replication,
            SessionRegistry sessions,
            Consumer<Snapshot> restoration,
            Executor workers,
            Strand waiting) {
        this.replication = replication;
        this.sessions = sessions;
        this.restoration = restoration;
        this.workers = workers;
        this.waiting = waiting;
    }

    /** From now on nothing is found: the sessions of this node are being handed to others. */
    public void stop() {
        stopped = true;
    }

    /**
     * Looks for the session of a key. In no core section.
     *
     * @param token of a session of the deployment that begins here if no other one has the key
     * @return who has the key; with that token if it is the one that begins. Fails when nobody can say
     */
    public CompletionStage<Holder> find(String key, String token, long deployment) {
        CompletableFuture<Holder> result = new CompletableFuture<>();
        give(new Search(key, token, deployment, result), "", 1);
        return result;
    }

    private void give(Search search, String former, int attempt) {
        if (stopped || attempt > ATTEMPTS) {
            search.result.completeExceptionally(new IllegalStateException(
                    stopped ? "this node stops" : "the session of the key neither comes nor goes"));
            return;
        }
        replication
                .keys()
                .give(search.key, search.token, former)
                .whenComplete((holder, failure) -> workers.execute(() -> {
                    if (failure == null) {
                        given(search, holder, attempt);
                    } else if (attempt < ATTEMPTS) {
                        log.debug("asked again for a key", failure);
                        later(search, attempt);
                    } else {
                        search.result.completeExceptionally(failure);
                    }
                }));
    }

    private void given(Search search, String holder, int attempt) {
        if (holder.equals(search.token) || isHere(search, holder)) {
            here(search, holder);
        } else if (sessions.hasToken(holder)) {
            give(search, holder, attempt + 1); // it has ended, or is of an earlier deployment
        } else if (replication.isSurelyAt(SessionTokens.maker(holder))) {
            search.result.complete(new Holder(SessionTokens.maker(holder), holder));
        } else {
            claim(search, holder, attempt);
        }
    }

    private void claim(Search search, String holder, int attempt) {
        replication
                .store()
                .claim(holder)
                .whenComplete((found, failure) -> workers.execute(() -> {
                    if (failure != null) {
                        search.result.completeExceptionally(failure);
                    } else if (found instanceof Found.Owned owned) {
                        owned(search, holder, owned.owner(), attempt);
                    } else if (found instanceof Found.Unknown && mayBeUntold(holder)) {
                        search.result.complete(new Holder(SessionTokens.maker(holder), holder));
                    } else {
                        if (found instanceof Found.Claimed claimed) {
                            restoration.accept(claimed.snapshot());
                        }
                        hereOrNowhere(search, holder, attempt);
                    }
                }));
    }

    /** Its maker has told nobody of it, or it has ended there. */
    private boolean mayBeUntold(String token) {
        return replication.isOtherThatStays(SessionTokens.maker(token));
    }

    private void owned(Search search, String holder, String owner, int attempt) {
        if (!owner.equals(replication.nodes().self())) {
            search.result.complete(new Holder(owner, holder));
        } else if (isHere(search, holder)) {
            here(search, holder);
        } else {
            later(search, attempt); // it was claimed in the background and comes soon, or has ended just now
        }
    }

    private void hereOrNowhere(Search search, String holder, int attempt) {
        if (isHere(search, holder)) {
            here(search, holder);
        } else {
            give(search, holder, attempt + 1);
        }
    }

    private void here(Search search, String token) {
        search.result.complete(new Holder(replication.nodes().self(), token));
    }

    private boolean isHere(Search search, String token) {
        return sessions.withToken(token)
                .filter(AppSessionState::isValid)
                .filter(session -> session.deployment() == search.deployment)
                .isPresent();
    }

    private void later(Search search, int attempt) {
        replication.timers().schedule(waiting, RETRY, () -> Strand.post(() -> give(search, "", attempt + 1)));
    }

    /** The session that was to have a key has ended. */
    public void release(String key, String token) {
        replication.keys().release(key, token);
    }

    /** What operators call the node of a holder. */
    public String name(Holder holder) {
        return replication.nodes().name(holder.node());
    }

    // ---- without waiting

    /** The name of the node that has the session of a key, if this node knows of one elsewhere. It is looked into for the next time. */
    public Optional<String> elsewhere(String key) {
        Optional<String> known = replication.keys().known(key);
        if (known.isEmpty() || sessions.hasToken(known.get())) {
            return Optional.empty();
        }
        String token = known.get();
        String maker = SessionTokens.maker(token);
        if (maker.equals(replication.nodes().self())) {
            return Optional.empty(); // it has ended here
        }
        Strand.post(() -> lookInto(key, token));
        return Optional.of(replication.nodes().name(maker));
    }

    private void lookInto(String key, String token) {
        replication.keys().ask(key);
        if (!stopped && !replication.isSurelyAt(SessionTokens.maker(token))) {
            replication
                    .store()
                    .claim(token)
                    .whenComplete((found, failure) -> workers.execute(() -> {
                        if (found instanceof Found.Claimed claimed) {
                            restoration.accept(claimed.snapshot());
                        } else if (found instanceof Found.Unknown && !mayBeUntold(token)) {
                            replication.keys().release(key, token);
                        }
                    }));
        }
    }
}
