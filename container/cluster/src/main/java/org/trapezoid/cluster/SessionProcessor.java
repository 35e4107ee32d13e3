// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.map.ExtendedMapEntry;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What an owner does to a session at the member that stores it, where nothing else happens to that session meanwhile. The backup follows
 * what was decided there.
 */
abstract class SessionProcessor<R> implements IdentifiedDataSerializable {
    private static final long TOMBSTONE_SECONDS = 240;

    private String owner;
    private long epoch;
    private boolean decided;
    private boolean changed;

    SessionProcessor(String owner, long epoch) {
        this.owner = owner;
        this.epoch = epoch;
    }

    final String owner() {
        return owner;
    }

    final long epoch() {
        return epoch;
    }

    /** Whether the backup does this, where nothing is to be decided any more. */
    final boolean isDecided() {
        return decided;
    }

    /** About how many bytes it has. */
    int size() {
        return owner.length();
    }

    final void store(Map.Entry<String, StoredSession> entry, StoredSession session) {
        entry.setValue(session);
        changed = true;
    }

    /** The same for a while. */
    final void store(Map.Entry<String, StoredSession> entry, StoredSession session, long seconds) {
        ((ExtendedMapEntry<String, StoredSession>) entry).setValue(session, seconds, TimeUnit.SECONDS);
        changed = true;
    }

    /** What an earlier attempt has done; the backup may have missed it. */
    final void repeat() {
        changed = true;
    }

    /**
     * A session that was taken over once is remembered for a while: who lost it may not have heard of it, and must not store it again.
     */
    final void end(Map.Entry<String, StoredSession> entry, StoredSession session) {
        if (session.claim() == 0) {
            entry.setValue(null);
            changed = true;
        } else {
            store(entry, session.withoutState(), TOMBSTONE_SECONDS);
        }
    }

    /** Does it; tells what is to be answered. */
    abstract @Nullable R process(Map.Entry<String, StoredSession> entry);

    /** From now on this is what the backup does; false if that is nothing. */
    final boolean decide() {
        decided = changed;
        return changed;
    }

    @Override
    public final int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(owner);
        out.writeLong(epoch);
        out.writeBoolean(decided);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        owner = in.readString();
        epoch = in.readLong();
        decided = in.readBoolean();
    }
}
