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

/** Something done to the record of an address-of-record by the node that keeps it; gives the record that is stored then. Carries a text. */
abstract class BindingsProcessor implements EntryProcessor<String, String, String>, IdentifiedDataSerializable {
    private static final long serialVersionUID = 1L;

    private String text;
    private transient @Nullable StoreBindings backup;

    BindingsProcessor(String text) {
        this.text = text;
    }

    /** What is to be stored in place of a record, which may be {@link SharedRecord#NONE}; the same record changes nothing. */
    abstract SharedRecord next(SharedRecord present, String text, Instant now);

    @Override
    public final String process(Map.Entry<String, String> entry) {
        Instant now = Instant.now();
        SharedRecord present = SharedRecord.parse(entry.getValue());
        SharedRecord next = next(present, text, now);
        String record = next.format(entry.getKey());
        if (!next.equals(present)) {
            long lifetime = next.lifetime(now).toMillis();
            ((ExtendedMapEntry<String, String>) entry).setValue(record, lifetime, TimeUnit.MILLISECONDS);
            backup = new StoreBindings(record, lifetime);
        }
        return record;
    }

    /** The backup gets what this node has stored; its clock is another one. */
    @Override
    public final @Nullable EntryProcessor<String, String, String> getBackupProcessor() {
        return backup;
    }

    @Override
    public final int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public final void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(text);
    }

    @Override
    public final void readData(ObjectDataInput in) throws IOException {
        text = in.readString();
    }
}
