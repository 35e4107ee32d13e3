// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.trapezoid.sip.transport.Flow;

/**
 * Requests sent to WebSocket clients that had no response yet. When the connection ends they have failed: the client may never have got
 * them, and cannot be connected to (RFC 7118 §5). Without this they would wait for their timeout. Thread-safe.
 */
final class UnheardRequests {
    private final ConcurrentHashMap<Flow, Set<ClientTransaction>> waiting = new ConcurrentHashMap<>();

    /** Before it is sent; without effect on one that does not go to a WebSocket client. */
    void add(ClientTransaction transaction) {
        if (isConcerned(transaction.flow())) {
            waiting.compute(transaction.flow(), (flow, before) -> {
                Set<ClientTransaction> all = before == null ? ConcurrentHashMap.newKeySet() : before;
                all.add(transaction);
                return all;
            });
        }
    }

    /** A response came, or none is waited for. */
    void remove(ClientTransaction transaction) {
        if (isConcerned(transaction.flow())) {
            waiting.computeIfPresent(transaction.flow(), (flow, all) -> {
                all.remove(transaction);
                return all.isEmpty() ? null : all;
            });
        }
    }

    /** A connection has ended. */
    void closed(Flow flow) {
        Set<ClientTransaction> lost = waiting.remove(flow);
        if (lost != null) {
            IOException cause = new IOException(flow + " ended before a response came");
            lost.forEach(transaction -> transaction.failLater(cause));
        }
    }

    int flowCount() {
        return waiting.size();
    }

    private static boolean isConcerned(Flow flow) {
        return flow.protocol().isWebSocket() && (flow.leavesHere() || !flow.isOfThisNode());
    }
}
