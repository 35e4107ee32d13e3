// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.spi.merge.MergingEntry;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of the bindings of an address-of-record when two parts of a cluster meet again: the record that was changed last, also if it
 * says that there are none any more.
 */
final class LaterRecord
        implements SplitBrainMergePolicy<String, MergingEntry<Object, String>, @Nullable Object>,
                IdentifiedDataSerializable {

    @Override
    public @Nullable Object merge(MergingEntry<Object, String> coming, @Nullable MergingEntry<Object, String> present) {
        return present == null || version(coming) > version(present) ? coming.getRawValue() : present.getRawValue();
    }

    private static long version(MergingEntry<Object, String> entry) {
        return SharedRecord.parse(entry.getDeserializedValue()).version();
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.LATER_RECORD;
    }

    @Override
    public void writeData(ObjectDataOutput out) {}

    @Override
    public void readData(ObjectDataInput in) {}
}
