// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Asks a node for the names of transactions that it knows of one minute, as someone who joins does. */
final class NamesOfMinute implements Callable<NamesOfMinute.Names>, HazelcastInstanceAware, IdentifiedDataSerializable {
    private int generation;
    private Optional<HazelcastNodes> asked = Optional.empty();

    /** For deserialisation. */
    NamesOfMinute() {
        this(0);
    }

    /** @param generation 0 being the present minute */
    NamesOfMinute(int generation) {
        this.generation = generation;
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance hazelcast) {
        asked = HazelcastNodes.of(hazelcast);
    }

    @Override
    public Names call() {
        return new Names(asked.map(nodes -> nodes.names().of(generation)).orElse(List.of()));
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.NAMES_OF_MINUTE;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeInt(generation);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        generation = in.readInt();
    }

    /** The answer. */
    static final class Names implements IdentifiedDataSerializable {
        private List<TransactionName> names;

        /** For deserialisation. */
        Names() {
            this(List.of());
        }

        Names(List<TransactionName> names) {
            this.names = names;
        }

        List<TransactionName> list() {
            return names;
        }

        @Override
        public int getFactoryId() {
            return ClusterSerialization.FACTORY;
        }

        @Override
        public int getClassId() {
            return ClusterSerialization.NAMES;
        }

        @Override
        public void writeData(ObjectDataOutput out) throws IOException {
            out.writeInt(names.size());
            for (TransactionName name : names) {
                name.write(out);
            }
        }

        @Override
        public void readData(ObjectDataInput in) throws IOException {
            int count = in.readInt();
            TransactionName[] read = new TransactionName[count];
            for (int i = 0; i < count; i++) {
                read[i] = TransactionName.read(in);
            }
            names = List.of(read);
        }
    }
}
