// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** All transactions by their keys, RFC 3261 §17.1.3 and §17.2.3. Thread-safe. */
final class TransactionTable {
    private final ConcurrentHashMap<TransactionKey, ServerTransaction> servers = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<TransactionKey, ClientTransaction> clients = new ConcurrentHashMap<>();
    private final UnheardRequests unheard = new UnheardRequests();
    private final AtomicInteger answered = new AtomicInteger(); // of the server transactions

    Optional<ServerTransaction> server(TransactionKey key) {
        return Optional.ofNullable(servers.get(key));
    }

    Optional<ClientTransaction> client(TransactionKey key) {
        return Optional.ofNullable(clients.get(key));
    }

    /** Adds it unless another one has its key; then that one is returned. */
    Optional<ServerTransaction> addIfAbsent(ServerTransaction transaction) {
        return Optional.ofNullable(servers.putIfAbsent(transaction.key, transaction));
    }

    /** A second key for a server transaction: the one an RFC 2543 ACK has. */
    void alias(TransactionKey key, ServerTransaction transaction) {
        servers.putIfAbsent(key, transaction);
    }

    void add(ClientTransaction transaction) {
        if (clients.putIfAbsent(transaction.key, transaction) != null) {
            throw new IllegalStateException("two client transactions with the same branch: " + transaction);
        }
    }

    void remove(TransactionKey key, ServerTransaction transaction) {
        servers.remove(key, transaction);
    }

    void remove(ClientTransaction transaction) {
        clients.remove(transaction.key, transaction);
        unheard.remove(transaction);
    }

    /** Those that had no response yet. */
    UnheardRequests unheard() {
        return unheard;
    }

    /** One more of the server transactions has its final response, or one fewer. */
    void answered(int change) {
        answered.addAndGet(change);
    }

    int serverCount() {
        return servers.size();
    }

    /** Server transactions without a final response. */
    int pendingCount() {
        return servers.size() - answered.get();
    }

    int clientCount() {
        return clients.size();
    }
}
