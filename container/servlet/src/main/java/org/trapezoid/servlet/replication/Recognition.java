// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Timers;

/**
 * Whether the others know this node since it last stood still. They may have taken it for dead, of which it does not hear at once: until then
 * it stores its sessions where nobody else looks, and would take that for a proof that it has them. Thread-safe.
 */
final class Recognition {
    /** In which it meets the others again; after that it goes on without them. */
    private static final long MEETING = Duration.ofSeconds(30).toNanos();

    private static final long SOON = Duration.ofSeconds(1).toNanos();
    private static final Duration RETRY_SOON = Duration.ofMillis(50);
    private static final Duration RETRY_LATER = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(Recognition.class);

    private final Nodes nodes;
    private final Timers timers;
    private volatile Set<String> others = Set.of(); // when it last ran
    private final AtomicReference<@Nullable Stall> last = new AtomicReference<>();

    /** One time in which it stood still, or several between which it did not meet the others. */
    private static final class Stall {
        final long foundAt;
        final long until;
        final Set<String> others = ConcurrentHashMap.newKeySet();
        final Set<String> asked = ConcurrentHashMap.newKeySet();
        final Set<String> knowing = ConcurrentHashMap.newKeySet();
        volatile boolean missed;

        Stall(long foundAt, long until, Set<String> others) {
            this.foundAt = foundAt;
            this.until = until;
            this.others.addAll(others);
        }

        /** More than half of the nodes know this one, itself counted. */
        boolean isOver() {
            return 2 * (knowing.size() + 1) > others.size() + 1;
        }
    }

    Recognition(Nodes nodes, Timers timers) {
        this.nodes = nodes;
        this.timers = timers;
    }

    /**
     * It runs again. Several threads may tell it of the same time.
     *
     * @param lastTurn when it last ran before, by which a stall is known
     */
    void stoodStill(long lastTurn) {
        @Nullable Stall former = last.get();
        while ((former == null || former.foundAt != lastTurn) && !last.compareAndSet(former, stall(lastTurn, former))) {
            former = last.get();
        }
    }

    private Stall stall(long lastTurn, @Nullable Stall former) {
        boolean waits = former != null && !former.isOver() && !isLongAgo(former);
        Stall stall = former != null && waits
                ? new Stall(lastTurn, former.until, former.others)
                : new Stall(lastTurn, timers.nanoTime(), others);
        stall.missed = former != null && former.missed && !isLongAgo(former);
        return stall;
    }

    /** Asks those who have not said yet that they know this node; called now and then. */
    void turn() {
        @Nullable Stall stall = last.get();
        Set<String> present = new HashSet<>(nodes.members());
        present.remove(nodes.self());
        if (stall == null || isLongAgo(stall) || stall.isOver()) {
            others = present;
            return;
        }
        stall.others.removeIf(other -> !present.contains(other) && !nodes.hasBeenLost(other)); // left in good order
        if (!present.containsAll(stall.others)) {
            stall.missed = true;
        }
        present.addAll(stall.others);
        present.forEach(other -> ask(stall, other));
    }

    private void ask(Stall stall, String other) {
        if (!stall.asked.add(other)) {
            return;
        }
        try {
            nodes.isKnownBy(other).whenComplete((known, failure) -> {
                if (failure == null && known) {
                    stall.knowing.add(other);
                } else {
                    stall.missed |= failure == null;
                    stall.asked.remove(other);
                }
            });
        } catch (RuntimeException e) { // of a cluster that is being left
            log.debug("{} cannot be asked", other, e);
            stall.asked.remove(other);
        }
    }

    /** It has lost others, or met them again. */
    void split() {
        @Nullable Stall stall = last.get();
        if (stall != null && !isLongAgo(stall)) {
            stall.missed = true;
        }
    }

    /** For a while it counts only as long as this node sees the greater part of the others. */
    boolean isGiven() {
        @Nullable Stall stall = last.get();
        return stall == null || isLongAgo(stall) || (stall.isOver() && !nodes.isMinority());
    }

    /** Whether others took it for dead, not long ago, while it stood still after that time. */
    boolean wasMissedSince(long nanoTime) {
        @Nullable Stall stall = last.get();
        return stall != null && stall.missed && !isLongAgo(stall) && nanoTime - stall.until < 0;
    }

    /** Whether it has just begun to run again and does not know yet what became of it. */
    boolean isWaking() {
        @Nullable Stall stall = last.get();
        return stall != null && !stall.isOver() && age(stall) < SOON;
    }

    Duration retry() {
        @Nullable Stall stall = last.get();
        return stall == null || age(stall) < SOON ? RETRY_SOON : RETRY_LATER;
    }

    private boolean isLongAgo(Stall stall) {
        return age(stall) >= MEETING;
    }

    private long age(Stall stall) {
        return timers.nanoTime() - stall.until;
    }
}
