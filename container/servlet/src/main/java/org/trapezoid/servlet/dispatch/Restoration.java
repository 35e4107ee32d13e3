// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.facade.Inbound;
import org.trapezoid.servlet.facade.SessionSnapshots;
import org.trapezoid.servlet.replication.Snapshot;
import org.trapezoid.servlet.session.SessionRegistry;

/** Goes on with sessions that this node has taken over. Thread-safe. */
final class Restoration {
    private static final Logger log = LoggerFactory.getLogger(Restoration.class);

    private final RunningApplications applications;
    private final SessionRegistry sessions;

    Restoration(RunningApplications applications, SessionRegistry sessions) {
        this.applications = applications;
        this.sessions = sessions;
    }

    /** In no core section. What cannot be restored is lost; it is logged. */
    void restore(Snapshot snapshot) {
        if (sessions.hasToken(snapshot.token())) {
            return;
        }
        try {
            String name = SessionSnapshots.application(snapshot.state());
            Optional<Inbound> application = applications.accepting(name);
            if (application.isPresent()) {
                application.get().runtime().restore(snapshot);
            } else {
                log.warn("{} is lost: application {} is not deployed here", snapshot, name);
            }
        } catch (RuntimeException | Error e) {
            log.error("{} is lost: it cannot be read", snapshot, e);
        }
    }
}
