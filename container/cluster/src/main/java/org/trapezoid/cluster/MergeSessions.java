// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.spi.merge.MergingEntry;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import org.jspecify.annotations.Nullable;

/**
 * What of a session is kept when two parts of a cluster meet again: the greater one by epoch and owner, so that who took it over last has it.
 * What one part alone has is kept.
 */
final class MergeSessions
        implements SplitBrainMergePolicy<StoredSession, MergingEntry<Object, StoredSession>, @Nullable Object>,
                IdentifiedDataSerializable {

    @Override
    public @Nullable Object merge(
            MergingEntry<Object, StoredSession> coming, @Nullable MergingEntry<Object, StoredSession> present) {
        if (present == null) {
            return coming.getRawValue();
        }
        StoredSession there = coming.getDeserializedValue();
        return present.getDeserializedValue().compareTo(there.owner(), there.epoch()) < 0
                ? coming.getRawValue()
                : present.getRawValue();
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.MERGE_SESSIONS;
    }

    @Override
    public void writeData(ObjectDataOutput out) {}

    @Override
    public void readData(ObjectDataInput in) {}
}
