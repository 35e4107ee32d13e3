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

/**
 * Parcels for another node in their order; tells which of them could not leave there. Messages between two applications are in batches of a type
 * of their own, which nodes of versions without such messages cannot read.
 */
final class RelayBatch implements Callable<int[]>, HazelcastInstanceAware, IdentifiedDataSerializable {
    private String from;
    private List<Parcel> parcels;
    private final boolean inside;
    private Optional<HazelcastNodes> receiver = Optional.empty();

    /** @param from the incarnation of the sender */
    RelayBatch(String from, List<Parcel> parcels) {
        this(from, parcels, isInside(parcels.get(0)));
    }

    private RelayBatch(String from, List<Parcel> parcels, boolean inside) {
        this.from = from;
        this.parcels = parcels;
        this.inside = inside;
    }

    /** Whether it is of the type of messages between two applications; all of one batch are of one type. */
    static boolean isInside(Parcel parcel) {
        return parcel instanceof RelayedMessage message && message.carried().isInside();
    }

    /** For deserialisation. */
    static RelayBatch plain() {
        return new RelayBatch("", List.of(), false);
    }

    /** The same for one with messages between two applications. */
    static RelayBatch inside() {
        return new RelayBatch("", List.of(), true);
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
        return inside ? ClusterSerialization.INSIDE_BATCH : ClusterSerialization.RELAY_BATCH;
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
            parcels.add(Parcel.read(in, inside));
        }
    }
}
