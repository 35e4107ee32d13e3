// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Claims of this node. One whose answer was lost may have been made: it is repeated as the same one until somebody says so, for as long as
 * this node is a member nobody else would get the session. Thread-safe.
 */
final class Claims {
    private static final int ATTEMPTS = 5;
    private static final Duration RETRY = Duration.ofMillis(100);
    private static final long ANOTHER = -1; // no claim

    private final Store store;
    private final Predicate<String> unknown;
    private final Later later;
    private final Consumer<String> again;
    private final BooleanSupplier running;
    private final AtomicLong last = new AtomicLong();
    private final Map<String, Long> unanswered = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Answer>> underWay = new ConcurrentHashMap<>();

    /** Where sessions are kept. */
    interface Store {
        /** What is stored then, null for nothing; fails if that is not known. */
        CompletionStage<@Nullable StoredSession> claim(String token, long claim);
    }

    /** @param stored of that claim, if it was one that succeeded; null if nothing is stored */
    record Answer(long claim, @Nullable StoredSession stored) {}

    /**
     * @param unknown whether somebody is no member for this node, though one for the member that stores the session
     * @param again claims a session later, of which it is not known whether it is claimed; told again if that is not answered either
     */
    Claims(Store store, Predicate<String> unknown, Later later, Consumer<String> again, BooleanSupplier running) {
        this.store = store;
        this.unknown = unknown;
        this.later = later;
        this.again = again;
        this.running = running;
    }

    /** Fails if nobody can say. While one is under way for a session, others wait for its answer, which is not theirs. */
    CompletionStage<Answer> claim(String token) {
        CompletableFuture<Answer> result = new CompletableFuture<>();
        @Nullable CompletableFuture<Answer> before = underWay.putIfAbsent(token, result);
        if (before != null) {
            return before.thenApply(answer -> new Answer(ANOTHER, answer.stored));
        }
        @Nullable Long lost = unanswered.get(token);
        attempt(token, lost == null ? last.incrementAndGet() : lost, 1, result);
        return result;
    }

    private CompletionStage<@Nullable StoredSession> made(String token, long claim) {
        try {
            return store.claim(token, claim);
        } catch (RuntimeException stopped) { // the next claim may go well
            return CompletableFuture.failedFuture(stopped);
        }
    }

    private void attempt(String token, long claim, int attempt, CompletableFuture<Answer> result) {
        made(token, claim).whenComplete((stored, failure) -> {
            boolean early = failure == null && stored != null && unknown.test(stored.owner());
            boolean retried = attempt < ATTEMPTS && running.getAsBoolean() && (failure != null || early);
            if (retried) {
                later.later(RETRY, () -> attempt(token, claim, attempt + 1, result));
                return;
            }
            if (failure == null) {
                unanswered.remove(token);
            } else if (running.getAsBoolean()) {
                unanswered.put(token, claim);
                again.accept(token);
            }
            underWay.remove(token);
            if (failure == null) {
                result.complete(new Answer(claim, stored));
            } else {
                result.completeExceptionally(failure);
            }
        });
    }
}
