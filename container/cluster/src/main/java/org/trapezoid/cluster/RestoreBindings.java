// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.ExtendedMapEntry;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Stores what the cluster had agreed on, unless something newer is there; gives what is stored then. */
final class RestoreBindings implements EntryProcessor<String, String, String>, IdentifiedDataSerializable {
    private static final long serialVersionUID = 1L;

    private String record = "";

    /** For deserialisation. */
    RestoreBindings() {}

    RestoreBindings(String record) {
        this.record = record;
    }

    @Override
    public String process(Map.Entry<String, String> entry) {
        SharedRecord mine = SharedRecord.parse(record);
        String present = entry.getValue();
        if (SharedRecord.parse(present).version() >= mine.version()) {
            return present;
        }
        ((ExtendedMapEntry<String, String>) entry)
                .setValue(record, mine.lifetime(Instant.now()).toMillis(), TimeUnit.MILLISECONDS);
        return record;
    }

    /** The backup gets what the owner has decided. */
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
        return ClusterSerialization.RESTORE_BINDINGS;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(record);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        record = in.readString();
    }
}
