// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.trapezoid.sip.message.Request;

/**
 * Which requests were refused without a transaction: their repetitions, which wait behind them when there is too much to do, have to be
 * refused too, or the peer has a call of which it was told that there is none (RFC 3261 §8.2.7). Each is kept for as long as it may be
 * repeated, and at most as long again; beyond some thousands none is kept. Thread-safe.
 */
final class Refusals {
    private static final long KEPT = Duration.ofSeconds(32).toNanos(); // 64*T1
    private static final int MOST = 50_000; // for each time

    private final LongSupplier nanoTime;
    private final AtomicReference<Kept> kept;

    private record Kept(long since, Set<String> young, Set<String> old) {

        boolean isEmpty() {
            return young.isEmpty() && old.isEmpty();
        }
    }

    Refusals(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.kept = new AtomicReference<>(new Kept(nanoTime.getAsLong(), ConcurrentHashMap.newKeySet(), Set.of()));
    }

    void add(Request request) {
        Kept present = current();
        if (present.young.size() < MOST) {
            present.young.add(key(request));
        }
    }

    boolean contains(Request request) {
        if (Objects.requireNonNull(kept.get()).isEmpty()) {
            return false;
        }
        Kept present = current();
        String key = key(request);
        return present.young.contains(key) || present.old.contains(key);
    }

    private static String key(Request request) {
        return request.topBranch().orElseGet(request::callId);
    }

    private Kept current() {
        Kept present = Objects.requireNonNull(kept.get());
        long now = nanoTime.getAsLong();
        long age = now - present.since;
        if (age < KEPT) {
            return present;
        }
        Set<String> old = age < 2 * KEPT ? present.young : Set.of();
        kept.compareAndSet(present, new Kept(now, ConcurrentHashMap.newKeySet(), old)); // or another thread has
        return current();
    }
}
