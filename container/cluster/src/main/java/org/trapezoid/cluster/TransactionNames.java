// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The names of transactions that this node knows, its own and those that others have told. Each is kept for as long as an INVITE may ring,
 * three minutes at least and four at most: what came in the same minute is forgotten together. Thread-safe.
 */
final class TransactionNames {
    /** How many minutes are kept. */
    static final int GENERATIONS = 4;

    private static final long GENERATION = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanoTime;
    private final AtomicReference<Minutes> minutes;

    /**
     * @param began when the youngest did
     * @param names of each minute, youngest first
     */
    private record Minutes(long began, List<Map<String, String>> names) {

        /** The same some minutes later. */
        Minutes after(long count) {
            List<Map<String, String>> turned = new ArrayList<>(names);
            for (long i = 0; i < Math.min(count, GENERATIONS); i++) {
                turned.add(0, new ConcurrentHashMap<>());
                turned.remove(GENERATIONS);
            }
            return new Minutes(began + count * GENERATION, List.copyOf(turned));
        }
    }

    TransactionNames(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        List<Map<String, String>> empty = new ArrayList<>();
        for (int i = 0; i < GENERATIONS; i++) {
            empty.add(new ConcurrentHashMap<>());
        }
        minutes = new AtomicReference<>(new Minutes(nanoTime.getAsLong(), List.copyOf(empty)));
    }

    void add(TransactionName name) {
        current().get(0).put(name.key(), name.token());
    }

    /** What another node has known for as many minutes; what is known here stays. */
    void add(List<TransactionName> names, int generation) {
        Map<String, String> known = current().get(generation);
        names.forEach(name -> known.putIfAbsent(name.key(), name.token()));
    }

    /** The session of a transaction. */
    Optional<String> find(String key) {
        for (Map<String, String> each : current()) {
            @Nullable String token = each.get(key);
            if (token != null) {
                return Optional.of(token);
            }
        }
        return Optional.empty();
    }

    /** All of one minute, 0 being the present one. */
    List<TransactionName> of(int generation) {
        List<TransactionName> names = new ArrayList<>();
        current().get(generation).forEach((key, token) -> names.add(new TransactionName(key, token)));
        return names;
    }

    private List<Map<String, String>> current() {
        Minutes present = Objects.requireNonNull(minutes.get());
        long past = (nanoTime.getAsLong() - present.began) / GENERATION;
        if (past > 0) {
            minutes.compareAndSet(present, present.after(past)); // or another thread has
            return current();
        }
        return present.names;
    }
}
