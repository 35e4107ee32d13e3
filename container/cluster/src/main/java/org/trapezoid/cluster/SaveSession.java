// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.replication.Snapshot;

/** Stores a snapshot, unless somebody else has the session by now; tells whether it did. */
final class SaveSession extends SessionProcessor<Boolean> {
    private byte[] state;

    /** For deserialisation. */
    SaveSession() {
        super("", 0);
        state = new byte[0];
    }

    SaveSession(Snapshot snapshot) {
        super(snapshot.owner(), snapshot.epoch());
        state = snapshot.state();
    }

    @Override
    Boolean process(Map.Entry<String, StoredSession> entry) {
        @Nullable StoredSession present = entry.getValue();
        if (!isDecided() && present != null && !mayReplace(present)) {
            return false;
        }
        store(entry, new StoredSession(owner(), epoch(), present == null ? 0 : present.claim(), state));
        return true;
    }

    @Override
    int size() {
        return super.size() + state.length;
    }

    private boolean mayReplace(StoredSession present) {
        int order = present.compareTo(owner(), epoch());
        return present.hasEnded() ? order < 0 : order <= 0;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.SAVE_SESSION;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        super.writeData(out);
        out.writeByteArray(state);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        super.readData(in);
        state = in.readByteArray();
    }
}
