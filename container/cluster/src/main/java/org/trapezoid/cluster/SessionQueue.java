// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is to be done to the sessions of one place, in its order: whatever has come up while one batch was under way is the next one. Batches
 * keep a distance, so that many sessions share what each of them costs; alone, one leaves at once. Thread-safe.
 */
final class SessionQueue {
    private static final int MOST = 128;
    private static final int MOST_BYTES = 1 << 20;

    private final Function<SessionBatch, CompletionStage<Map<String, Object>>> store;
    private final Pace pace;
    private final Queue<Step> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean busy = new AtomicBoolean();
    private volatile boolean full; // the last batch was, and what is left does not wait for company

    private record Step(String token, SessionProcessor<?> processor, CompletableFuture<@Nullable Object> done) {}

    /** @param store does a batch; gives the results that are not null, by token */
    SessionQueue(Pace pace, Function<SessionBatch, CompletionStage<Map<String, Object>>> store) {
        this.pace = pace;
        this.store = store;
    }

    /** Its result, or why nobody knows it. */
    CompletionStage<@Nullable Object> submit(String token, SessionProcessor<?> processor) {
        CompletableFuture<@Nullable Object> done = new CompletableFuture<>();
        waiting.add(new Step(token, processor, done));
        send();
        return done;
    }

    private void send() {
        if (!waiting.isEmpty() && busy.compareAndSet(false, true)) {
            if (full) {
                sendNext();
            } else {
                pace.run(this::sendNext);
            }
        }
    }

    private void sendNext() {
        List<Step> batch = next();
        if (batch.isEmpty()) {
            busy.set(false);
            send();
        } else {
            begin(batch);
        }
    }

    private void begin(List<Step> batch) {
        Map<String, SessionProcessor<?>> steps = new HashMap<>();
        batch.forEach(step -> steps.put(step.token, step.processor));
        CompletionStage<Map<String, Object>> answer;
        try {
            answer = store.apply(new SessionBatch(steps));
        } catch (Throwable failure) { // whatever it is, the next batch may go well
            answer = CompletableFuture.failedFuture(failure);
        }
        answer.whenComplete((results, failure) -> end(batch, results, failure));
    }

    private void end(List<Step> batch, Map<String, Object> results, @Nullable Throwable failure) {
        busy.set(false);
        send();
        for (Step step : batch) {
            if (failure == null) {
                step.done.complete(results.get(step.token));
            } else {
                step.done.completeExceptionally(failure);
            }
        }
    }

    /** One step for each session; a second one waits for the first. */
    private List<Step> next() {
        Map<String, Step> batch = new LinkedHashMap<>();
        int bytes = 0;
        full = false;
        for (Iterator<Step> steps = waiting.iterator(); steps.hasNext() && !full; ) {
            Step step = steps.next();
            if (batch.putIfAbsent(step.token, step) == null) {
                steps.remove();
                bytes += step.processor.size();
                full = batch.size() >= MOST || bytes >= MOST_BYTES;
            }
        }
        return List.copyOf(batch.values());
    }
}
