// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.servlet.replication.SessionStore.Found;
import org.trapezoid.servlet.replication.SessionTokens;
import org.trapezoid.servlet.session.SessionRegistry;

/** In a cluster, finds the node that has an application session whose id is known. Thread-safe. */
final class OwnerSearch {
    private final Replication replication;
    private final SessionRegistry sessions;
    private final Restoration restoration;
    private final Executor workers;

    OwnerSearch(Replication replication, SessionRegistry sessions, Restoration restoration, Executor workers) {
        this.replication = replication;
        this.sessions = sessions;
        this.restoration = restoration;
        this.workers = workers;
    }

    /** Empty if the session is here, or nowhere; one whose node has gone is here then. At once if nobody has to be asked. */
    CompletionStage<Optional<String>> elsewhere(String id) {
        Optional<String> token = replication.tokens().of(id).filter(known -> !sessions.hasToken(known));
        if (token.isEmpty()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        String maker = SessionTokens.maker(token.get());
        if (replication.isSurelyAt(maker)) {
            return CompletableFuture.completedFuture(Optional.of(maker));
        }
        return replication.store().claim(token.get()).thenApplyAsync(found -> taken(found, maker), workers);
    }

    private Optional<String> taken(Found found, String maker) {
        if (found instanceof Found.Claimed claimed) {
            restoration.takeOver(claimed.snapshot());
        }
        if (found instanceof Found.Unknown && replication.isOtherThatStays(maker)) {
            return Optional.of(maker); // which may have told nobody of it
        }
        return found instanceof Found.Owned owned
                ? Optional.of(owned.owner())
                        .filter(owner -> !owner.equals(replication.nodes().self()))
                : Optional.empty();
    }
}
