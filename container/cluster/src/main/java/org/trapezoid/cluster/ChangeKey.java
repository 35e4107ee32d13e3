// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives a key to a session at the member that stores it, if no session has it or the one that is named; or takes it from that one. Tells which
 * session has the key then; null if none.
 */
final class ChangeKey implements EntryProcessor<String, String, @Nullable String>, IdentifiedDataSerializable {
    private static final long serialVersionUID = 1L;

    private String before;
    private String after;
    private boolean decided;
    private transient boolean changed;

    /** For deserialisation. */
    ChangeKey() {
        this("", "");
    }

    /**
     * @param before the token of the session that may have the key
     * @param after the one of the session that is to have it; empty for none
     */
    ChangeKey(String before, String after) {
        this.before = before;
        this.after = after;
    }

    @Override
    public @Nullable String process(Map.Entry<String, String> entry) {
        @Nullable String present = entry.getValue();
        boolean free = present == null || present.equals(before);
        if (!free && !decided) {
            return present;
        }
        @Nullable String next = after.isEmpty() ? null : after;
        if (present != null || next != null) {
            entry.setValue(next);
            changed = true;
        }
        return next;
    }

    /** The backup follows what was decided. */
    @Override
    public @Nullable EntryProcessor<String, String, @Nullable String> getBackupProcessor() {
        decided = changed;
        return changed ? this : null;
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.CHANGE_KEY;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(before);
        out.writeString(after);
        out.writeBoolean(decided);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        before = in.readString();
        after = in.readString();
        decided = in.readBoolean();
    }
}
