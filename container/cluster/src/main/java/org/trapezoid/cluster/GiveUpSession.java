// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.replication.Snapshot;

/**
 * Leaves a session to the first one that claims it, since its owner cannot go on with it; if nobody does for an hour, it is forgotten. Tells whether
 * it was the owner's.
 */
final class GiveUpSession extends SessionProcessor<Boolean> {
    private static final long KEPT_SECONDS = 3600;

    /** For deserialisation. */
    GiveUpSession() {
        super("", 0);
    }

    GiveUpSession(String owner, long epoch) {
        super(owner, epoch);
    }

    @Override
    Boolean process(Map.Entry<String, StoredSession> entry) {
        @Nullable StoredSession present = entry.getValue();
        if (present == null || present.hasEnded() || (!isDecided() && present.compareTo(owner(), epoch()) != 0)) {
            return false;
        }
        store(
                entry,
                new StoredSession(Snapshot.NOBODY, present.epoch() + 1, present.claim(), present.state()),
                KEPT_SECONDS);
        return true;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.GIVE_UP_SESSION;
    }
}
