// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.dispatch;

import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.facade.Inbound;
import org.trapezoid.servlet.facade.SessionSnapshots;
import org.trapezoid.servlet.replication.Snapshot;
import org.trapezoid.servlet.session.AppSessionState;
import org.trapezoid.servlet.session.SessionRegistry;

/** Goes on with sessions that this node has taken over. Thread-safe. */
final class Restoration {
    private static final Logger log = LoggerFactory.getLogger(Restoration.class);

    private final RunningApplications applications;
    private final SessionRegistry sessions;
    private final Consumer<Snapshot> givingUp;
    private final TakeoverLog takeovers;
    private volatile boolean stopped;

    /** @param givingUp leaves to other nodes what this one cannot restore */
    Restoration(
            RunningApplications applications,
            SessionRegistry sessions,
            Consumer<Snapshot> givingUp,
            TakeoverLog takeovers) {
        this.applications = applications;
        this.sessions = sessions;
        this.givingUp = givingUp;
        this.takeovers = takeovers;
    }

    /** From now on this node goes on with nothing: what it has claimed before is left to the others. */
    void stop() {
        stopped = true;
    }

    /** Goes on with a session because something came for it, and says so. In no core section. */
    void takeOver(Snapshot snapshot) {
        takeovers.takenOver(snapshot.token());
        restore(snapshot);
    }

    /** In no core section. What cannot be restored is lost unless another node can; it is logged. */
    void restore(Snapshot snapshot) {
        if (stopped) {
            givingUp.accept(snapshot);
            return;
        }
        Optional<AppSessionState> present = sessions.withToken(snapshot.token());
        if (present.isPresent()
                && !present.get().strand().call(() -> present.get().yields(snapshot.epoch()))) {
            return;
        }
        String name = "of which the name cannot be read";
        try {
            name = SessionSnapshots.application(snapshot.state());
            Optional<Inbound> application = applications.accepting(name);
            if (application.isPresent()) {
                AppSessionState session = application.get().runtime().restore(snapshot);
                if (stopped) { // and may have looked through its sessions already
                    session.strand().call(session::abandon);
                }
            } else {
                log.warn("{} is left to other nodes: application {} is not deployed here", snapshot, name);
                givingUp.accept(snapshot);
            }
        } catch (RuntimeException | Error e) {
            log.error("{} of application {} is left to other nodes: it cannot be read", snapshot, name, e);
            givingUp.accept(snapshot);
        }
    }
}
