// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Parcels for another node in their order; tells which of them could not leave there. */
final class RelayBatch implements Callable<int[]>, HazelcastInstanceAware, IdentifiedDataSerializable {
    private String from;
    private List<Parcel> parcels;
    private Optional<HazelcastNodes> receiver = Optional.empty();

    /** For deserialisation. */
    RelayBatch() {
        this("", List.of());
    }

    /** @param from the incarnation of the sender */
    RelayBatch(String from, List<Parcel> parcels) {
        this.from = from;
        this.parcels = parcels;
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance hazelcast) {
        receiver = HazelcastNodes.of(hazelcast);
    }

    @Override
    public int[] call() {
        int[] unsent = new int[parcels.size()];
        int count = 0;
        for (int i = 0; i < parcels.size(); i++) {
            Parcel parcel = parcels.get(i);
            if (receiver.isEmpty() || !receiver.get().take(from, parcel)) {
                unsent[count++] = i;
            }
        }
        return Arrays.copyOf(unsent, count);
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.RELAY_BATCH;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(from);
        out.writeInt(parcels.size());
        for (Parcel parcel : parcels) {
            Parcel.writeAny(parcel, out);
        }
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        from = in.readString();
        int count = in.readInt();
        parcels = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            parcels.add(Parcel.read(in));
        }
    }
}
