// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.ExtendedMapEntry;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Stores at the backup what the node that keeps an address-of-record has decided; the clock of the backup does not matter. */
final class StoreBindings implements EntryProcessor<String, String, String>, IdentifiedDataSerializable {
    private static final long serialVersionUID = 1L;

    private String record;
    private long lifetimeMillis;

    /** For deserialisation. */
    StoreBindings() {
        this("", 0);
    }

    StoreBindings(String record, long lifetimeMillis) {
        this.record = record;
        this.lifetimeMillis = lifetimeMillis;
    }

    @Override
    public String process(Map.Entry<String, String> entry) {
        ((ExtendedMapEntry<String, String>) entry).setValue(record, lifetimeMillis, TimeUnit.MILLISECONDS);
        return record;
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.STORE_BINDINGS;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(record);
        out.writeLong(lifetimeMillis);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        record = in.readString();
        lifetimeMillis = in.readLong();
    }
}
