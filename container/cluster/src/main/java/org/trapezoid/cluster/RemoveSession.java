// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Ends a session, unless somebody else has it by now; tells whether it is gone. */
final class RemoveSession extends SessionProcessor<Boolean> {
    /** For deserialisation. */
    RemoveSession() {
        super("", 0);
    }

    RemoveSession(String owner, long epoch) {
        super(owner, epoch);
    }

    @Override
    Boolean process(Map.Entry<String, StoredSession> entry) {
        @Nullable StoredSession present = entry.getValue();
        if (present == null || present.hasEnded()) {
            repeat();
            return true;
        }
        if (!isDecided() && present.compareTo(owner(), epoch()) > 0) {
            return false;
        }
        end(entry, present);
        return true;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.REMOVE_SESSION;
    }
}
