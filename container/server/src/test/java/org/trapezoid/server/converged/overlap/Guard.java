// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.converged.overlap;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Notes who is in a session at the same time. Safe for use by any thread but for {@code seen}, which is what is tested. */
final class Guard {

    private static final Map<String, Guard> BY_KEY = new ConcurrentHashMap<>();
    private static final int SPINS = 2000;

    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger overlaps = new AtomicInteger();
    private final AtomicInteger entered = new AtomicInteger();
    /** Counted without any care: updates are lost when callbacks overlap, or when one does not see what the other wrote. */
    private int seen;

    static Guard of(String key) {
        return BY_KEY.computeIfAbsent(key, each -> new Guard());
    }

    void pass() {
        entered.incrementAndGet();
        if (inside.incrementAndGet() > 1) {
            overlaps.incrementAndGet();
        }
        int before = seen;
        for (int i = 0; i < SPINS; i++) {
            Thread.onSpinWait();
        }
        seen = before + 1;
        inside.decrementAndGet();
    }

    static String report() {
        int overlaps = 0;
        int entered = 0;
        int seen = 0;
        for (Guard each : BY_KEY.values()) {
            overlaps += each.overlaps.get();
            entered += each.entered.get();
            seen += each.seen;
        }
        return "overlaps " + overlaps + " entered " + entered + " seen " + seen;
    }
}
