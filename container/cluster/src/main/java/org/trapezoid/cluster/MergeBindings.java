// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.ExtendedMapEntry;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.trapezoid.api.Binding;
import org.trapezoid.servlet.location.BindingMerge;

/** Applies a change to the bindings of an address-of-record where they are kept, one change at a time; gives what they became. */
final class MergeBindings implements EntryProcessor<String, String, String>, IdentifiedDataSerializable {
    private static final long serialVersionUID = 1L;

    private String change = "";

    /** For deserialisation. */
    MergeBindings() {}

    MergeBindings(BindingMerge change) {
        this.change = change.format();
    }

    @Override
    public String process(Map.Entry<String, String> entry) {
        Instant now = Instant.now();
        BindingMerge merge = BindingMerge.parse(change);
        SharedRecord before = SharedRecord.parse(entry.getValue());
        List<Binding> bindings = merge.apply(before.bindings(), now);
        long version = Math.max(before.version() + 1, now.toEpochMilli());
        SharedRecord after = new SharedRecord(version, bindings);
        String text = after.format(entry.getKey());
        ((ExtendedMapEntry<String, String>) entry)
                .setValue(text, after.lifetime(now).toMillis(), TimeUnit.MILLISECONDS);
        return text;
    }

    /** The backup gets what the owner has computed, which knows the time. */
    @Override
    public @Nullable EntryProcessor<String, String, String> getBackupProcessor() {
        return null;
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.MERGE_BINDINGS;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(change);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        change = in.readString();
    }
}
