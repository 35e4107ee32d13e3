// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.facade.AppRuntime;
import org.trapezoid.servlet.facade.Inbound;
import org.trapezoid.servlet.facade.Incoming;
import org.trapezoid.servlet.replication.KeySearch.Holder;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.transaction.ServerTransaction;

/** Brings initial requests into the application session whose key the application says (JSR 289 §15.11.2). Thread-safe. */
final class KeyTargeting {
    private static final Logger log = LoggerFactory.getLogger(KeyTargeting.class);

    private final SessionRegistry sessions;
    private final Optional<KeyedRequests> cluster;

    /** @param cluster in which the session may be at another node */
    KeyTargeting(SessionRegistry sessions, Optional<KeyedRequests> cluster) {
        this.sessions = sessions;
        this.cluster = cluster;
    }

    /** A request whose key is not known yet. */
    private record Arrived(
            ServerTransaction transaction, Request request, Incoming incoming, Inbound inbound, String servlet) {

        AppRuntime runtime() {
            return inbound.runtime();
        }

        void into(AppSessionState session, boolean isNew) {
            inbound.initial(transaction, request, incoming, session, isNew, servlet);
        }
    }

    /** Asks the application for the key, in a callback, and goes on with it. In the core section of the transaction. */
    void begin(ServerTransaction transaction, Request request, Incoming incoming, Inbound inbound, String servlet) {
        Arrived arrived = new Arrived(transaction, request, incoming, inbound, servlet);
        Strand strand = transaction.strand();
        strand.mode(inbound.runtime().application().mode());
        strand.callback(() -> {
            Optional<String> key;
            try {
                key = inbound.key(strand, request, incoming);
            } catch (Throwable e) { // an old archive may throw any Error
                log.warn(
                        "application {}: its key method threw",
                        inbound.runtime().application(),
                        e);
                Strand.run(transaction, transaction::giveUp);
                return;
            }
            Strand.run(transaction, () -> withKey(arrived, key));
        });
    }

    private void withKey(Arrived arrived, Optional<String> key) {
        AppRuntime runtime = arrived.runtime();
        Strand strand = arrived.transaction.strand();
        if (key.isEmpty()) {
            arrived.into(runtime.newAppSession(strand, key), true);
            return;
        }
        if (cluster.isEmpty() || !runtime.replicates()) {
            intoOrNew(arrived, key.get(), runtime.newAppSession(strand, key));
            return;
        }
        Optional<AppSessionState> here = sessions.byKey(runtime.deployment(), key.get());
        if (here.isPresent()) {
            into(arrived, here.get());
        } else {
            search(arrived, key.get(), cluster.get());
        }
    }

    /** Into the session of the key that is here, or into the new one, which nobody needs in the former case. */
    private void intoOrNew(Arrived arrived, String key, AppSessionState own) {
        AppRuntime runtime = arrived.runtime();
        AppSessionState session = sessions.byKey(runtime.deployment(), key, () -> own);
        if (session == own) {
            arrived.into(own, true);
        } else {
            runtime.discard(own);
            into(arrived, session);
        }
    }

    private static void into(Arrived arrived, AppSessionState session) {
        Dispatcher.moved(arrived.transaction, session, () -> {
            if (session.isValid()) {
                arrived.into(session, false);
            } else {
                Dispatcher.refuse(arrived.transaction, 480); // it ended just now
            }
        });
    }

    // ---- in a cluster

    private void search(Arrived arrived, String key, KeyedRequests requests) {
        AppRuntime runtime = arrived.runtime();
        ServerTransaction transaction = arrived.transaction;
        String token = runtime.newToken();
        requests.find(
                runtime.application().name(),
                key,
                token,
                runtime.deployment(),
                holder -> Strand.run(transaction, () -> {
                    try {
                        found(arrived, key, token, holder, requests);
                    } catch (RuntimeException | Error e) {
                        transaction.giveUp();
                        throw e;
                    }
                }));
    }

    private void found(Arrived arrived, String key, String own, Optional<Holder> found, KeyedRequests requests) {
        AppRuntime runtime = arrived.runtime();
        ServerTransaction transaction = arrived.transaction;
        if (found.isEmpty()) {
            Dispatcher.refuse(transaction, 503);
        } else if (found.get().token().equals(own)) {
            intoOrNew(arrived, key, runtime.newAppSession(transaction.strand(), Optional.of(key), own));
        } else if (requests.isHere(found.get())) {
            Optional<AppSessionState> session = sessions.byKey(runtime.deployment(), key);
            if (session.isPresent()) {
                into(arrived, session.get());
            } else {
                Dispatcher.refuse(transaction, 480); // it ended just now
            }
        } else if (transaction.isCancelled()) {
            Dispatcher.refuse(transaction, 487); // RFC 3261 §9.2
        } else if (!requests.relay(transaction, found.get())) {
            Dispatcher.refuse(transaction, 503);
        }
    }
}
