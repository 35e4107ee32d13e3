// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transport.Flow;

/**
 * Requests that are read by a node which has just begun to run again: they may have lain in the socket for long, and may have been repeated to
 * another node. They wait, in their order, until the others say that they know this node. If they missed it, what came by UDP is dropped,
 * for it comes again; who has a connection has it to this node only, and is served after a second. Thread-safe.
 */
final class HeldRequests {
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Logger log = LoggerFactory.getLogger(HeldRequests.class);

    private final Replication replication;
    private final Strand strand; // guards what follows
    private final Executor workers;
    private final int most;
    private final BiConsumer<Flow, Request> handler;
    private final Deque<Held> held = new ArrayDeque<>();
    private int tooMany;
    private volatile boolean holding;

    private record Held(Flow flow, Request request) {}

    /**
     * @param most how many may wait; more are dropped
     * @param handler of those that need not wait any more; called by one worker at a time
     */
    HeldRequests(
            Replication replication, Strand strand, Executor workers, int most, BiConsumer<Flow, Request> handler) {
        this.replication = replication;
        this.strand = strand;
        this.workers = workers;
        this.most = most;
        this.handler = handler;
    }

    /** Keeps a request, behind those that wait already; false if it need not wait. */
    boolean take(Flow flow, Request request) {
        if (!holding && !replication.isWaking()) {
            return false;
        }
        return strand.call(() -> {
            if (!holding && !replication.isWaking()) {
                return false;
            }
            if (held.size() < most) {
                held.add(new Held(flow, request));
            } else {
                tooMany++;
            }
            if (!holding) {
                holding = true;
                look();
            }
            return true;
        });
    }

    private void look() {
        if (replication.isWaking()) {
            replication.timers().schedule(strand, LOOK, this::look);
        } else {
            Strand.post(() -> workers.execute(this::release));
        }
    }

    private void release() {
        int dropped = strand.call(() -> tooMany);
        @Nullable Held next;
        while ((next = next()) != null) {
            if (next.flow.isReliable() || replication.isRecognised()) {
                handle(next);
            } else {
                dropped++;
            }
        }
        if (dropped > 0) {
            log.info("{} requests dropped that this node has read late", dropped);
        }
    }

    private void handle(Held next) {
        try {
            handler.accept(next.flow, next.request);
        } catch (RuntimeException | Error e) { // else those behind it would never be handled
            log.error("{} by {} has failed", next.request.method(), next.flow, e);
        }
    }

    private @Nullable Held next() {
        return strand.call(() -> {
            @Nullable Held next = held.poll();
            if (next == null) {
                holding = false;
                tooMany = 0;
            }
            return next;
        });
    }
}
