// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Which nodes went without a word, by their incarnations, and what that says of the part of the cluster that this node is in. Told of
 * changes by one thread at a time, asked by any.
 */
final class Losses {
    private static final long TOGETHER = Duration.ofSeconds(10).toNanos();

    private final LongSupplier nanoTime;
    private final Set<String> lostOnce = ConcurrentHashMap.newKeySet(); // few: one for each death
    private volatile Optional<Long> lostAt = Optional.empty();
    private volatile Set<String> agreed = Set.of(); // before the first of those that were lost together

    Losses(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * A node has joined: so it is with all that are here.
     *
     * @param present the members, that one among them
     */
    void joined(Collection<String> present) {
        agreed = Set.copyOf(present);
    }

    /** A node has left in good order: it is not missed. */
    void left(String node) {
        Set<String> rest = new HashSet<>(agreed);
        rest.remove(node);
        agreed = Set.copyOf(rest);
    }

    /**
     * A node is gone without a word.
     *
     * @param before the members, that one among them
     */
    void lost(String node, Collection<String> before) {
        long now = nanoTime.getAsLong();
        if (lostAt.isEmpty() || now - lostAt.get() > TOGETHER) {
            agreed = Set.copyOf(before);
        }
        lostAt = Optional.of(now);
        lostOnce.add(node);
    }

    /** Those that were lost at some time. */
    Set<String> lostOnce() {
        return Set.copyOf(lostOnce);
    }

    /** Whether a node was lost at some time. */
    boolean hasBeenLost(String node) {
        return lostOnce.contains(node);
    }

    /** How many nodes there were before those were lost that were lost together, within ten seconds of each other. */
    int before() {
        return agreed.size();
    }

    /**
     * Whether these are the smaller part of a cluster that was split, as far as this node can tell: most of the members were lost together.
     * Of two halves it is the one without the node whose incarnation sorts first; of two nodes neither.
     */
    boolean isMinority(Collection<String> present) {
        Set<String> all = agreed;
        int count = present.size();
        if (all.size() <= 2 || 2 * count > all.size()) {
            return false;
        }
        return 2 * count < all.size() || !present.contains(Collections.min(all));
    }
}
