// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Optional;

/** A node says that it is about to leave, so that nobody takes it for dead. */
final class Leaving implements Runnable, HazelcastInstanceAware, IdentifiedDataSerializable {
    private String incarnation;
    private Optional<Membership> membership = Optional.empty();

    /** For deserialisation. */
    Leaving() {
        this("");
    }

    Leaving(String incarnation) {
        this.incarnation = incarnation;
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance hazelcast) {
        membership = Membership.of(hazelcast);
    }

    @Override
    public void run() {
        membership.ifPresent(known -> known.leaves(incarnation));
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.LEAVING;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(incarnation);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        incarnation = in.readString();
    }
}
