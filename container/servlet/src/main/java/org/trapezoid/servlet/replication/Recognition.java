// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
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

    private final Nodes nodes;
    private final Timers timers;
    private volatile Set<String> others = Set.of(); // when it last ran
    private volatile @Nullable Stall last;

    /** @param others of which more than half, this node counted, have to know it */
    private record Stall(long until, Set<String> others, Set<String> asked, Set<String> knowing, AtomicBoolean missed) {
        Stall(long until, Set<String> others) {
            this(until, others, ConcurrentHashMap.newKeySet(), ConcurrentHashMap.newKeySet(), new AtomicBoolean());
        }

        boolean isOver() {
            return 2 * (knowing.size() + 1) > others.size() + 1;
        }
    }

    Recognition(Nodes nodes, Timers timers) {
        this.nodes = nodes;
        this.timers = timers;
    }

    /** It runs again. */
    void stoodStill() {
        last = new Stall(timers.nanoTime(), others);
    }

    /** Asks those who have not said yet that they know this node; called now and then. */
    void turn() {
        Stall stall = last;
        if (stall == null || stall.isOver() || age(stall) >= MEETING) {
            Set<String> present = new HashSet<>(nodes.members());
            present.remove(nodes.self());
            others = present;
        } else {
            if (!nodes.members().containsAll(stall.others)) {
                stall.missed.set(true);
            }
            stall.others.forEach(other -> ask(stall, other));
        }
    }

    private void ask(Stall stall, String other) {
        if (stall.asked.add(other)) {
            nodes.isKnownBy(other).whenComplete((known, failure) -> {
                if (failure == null && known) {
                    stall.knowing.add(other);
                } else {
                    stall.missed.set(true);
                    stall.asked.remove(other);
                }
            });
        }
    }

    /** For a while it counts only as long as this node sees the greater part of the others. */
    boolean isGiven() {
        Stall stall = last;
        return stall == null || age(stall) >= MEETING || (stall.isOver() && !nodes.isMinority());
    }

    /** It has lost others, or met them again. */
    void split() {
        Stall stall = last;
        if (stall != null && age(stall) < MEETING) {
            stall.missed.set(true);
        }
    }

    /** Whether others took it for dead when it stood still. */
    boolean wasMissed() {
        Stall stall = last;
        return stall != null && stall.missed.get();
    }

    /** Whether it has just begun to run again and does not know yet what became of it. */
    boolean isWaking() {
        Stall stall = last;
        return stall != null && !stall.isOver() && age(stall) < SOON;
    }

    Duration retry() {
        Stall stall = last;
        return stall == null || age(stall) < SOON ? RETRY_SOON : RETRY_LATER;
    }

    private long age(Stall stall) {
        return timers.nanoTime() - stall.until;
    }
}
