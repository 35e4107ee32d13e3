// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;

/** Asks a node whether another one is a member for it. */
final class Knowing implements Callable<Boolean>, HazelcastInstanceAware, IdentifiedDataSerializable {
    private String incarnation;
    private Optional<Membership> membership = Optional.empty();

    /** For deserialisation. */
    Knowing() {
        this("");
    }

    Knowing(String incarnation) {
        this.incarnation = incarnation;
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance hazelcast) {
        membership = Membership.of(hazelcast);
    }

    @Override
    public Boolean call() {
        return membership
                .filter(asked -> asked.isMember(incarnation) && asked.isListed(incarnation))
                .isPresent();
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.KNOWING;
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
