// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.replication.KeySearch;
import org.trapezoid.servlet.replication.SessionKeys;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionRegistry;
import org.trapezoid.sip.concurrent.Strand;

/** The sessions of one application that it has given keys (JSR 289 §15.11.2). Safe for use by any thread; does not wait. */
final class KeyedSessions {
    private static final Logger log = LoggerFactory.getLogger(KeyedSessions.class);

    private final AppRuntime runtime;
    private final Optional<KeySearch> cluster;

    /** @param cluster in which a key may be that of a session elsewhere */
    KeyedSessions(AppRuntime runtime, Optional<KeySearch> cluster) {
        this.runtime = runtime;
        this.cluster = cluster;
    }

    private SessionRegistry sessions() {
        return runtime.services().sessions();
    }

    /** The session of the key, if it is on this node. */
    Optional<AppSessionState> find(String key) {
        return sessions().byKey(runtime.deployment(), key);
    }

    /**
     * The session of the key on this node, made if there is none.
     *
     * @throws IllegalStateException if another node is known to have it
     */
    AppSessionState findOrBegin(String key) {
        if (cluster.isEmpty() || !runtime.replicates()) {
            return sessions().byKey(runtime.deployment(), key, () -> runtime.newAppSession(Optional.of(key)));
        }
        Optional<AppSessionState> here = find(key);
        if (here.isPresent()) {
            return here.get();
        }
        String name = SessionKeys.name(runtime.application().name(), key);
        Optional<String> node = cluster.get().elsewhere(name);
        if (node.isPresent()) {
            throw new IllegalStateException("the session with the key " + key + " of application "
                    + runtime.application() + " is at node " + node.get()
                    + "; expected one on this node, or none: what is for it has to get there as a request");
        }
        boolean[] begun = {false};
        AppSessionState session = sessions().byKey(runtime.deployment(), key, () -> {
            begun[0] = true;
            return runtime.newAppSession(Optional.of(key));
        });
        if (begun[0]) {
            Strand.post(() -> announce(cluster.get(), name, session));
        }
        return session;
    }

    /** The others learn whose the key is, unless one of them has begun such a session at the same time. */
    private void announce(KeySearch keys, String name, AppSessionState session) {
        keys.find(name, session.token(), session.deployment()).whenComplete((holder, failure) -> {
            if (failure != null) {
                log.warn("session {}: the other nodes do not know its key: {}", session, failure.toString());
            } else if (!holder.token().equals(session.token())) {
                log.warn(
                        "session {} has the same key as one that node {} has begun at the same time; both go on",
                        session,
                        keys.name(holder));
            } else if (!session.isValid()) {
                keys.release(name, session.token()); // it has ended meanwhile
            }
        });
    }
}
