// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.Optional;

/** What a node tells or asks another one about a member, by its incarnation. */
abstract class MemberTask implements HazelcastInstanceAware, IdentifiedDataSerializable {
    private String incarnation;
    private Optional<Membership> membership = Optional.empty();

    MemberTask(String incarnation) {
        this.incarnation = incarnation;
    }

    final String incarnation() {
        return incarnation;
    }

    /** As the node sees it that is told; empty if it has just begun. */
    final Optional<Membership> membership() {
        return membership;
    }

    @Override
    public final void setHazelcastInstance(HazelcastInstance hazelcast) {
        membership = Membership.of(hazelcast);
    }

    @Override
    public final int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public final void writeData(ObjectDataOutput out) throws IOException {
        out.writeString(incarnation);
    }

    @Override
    public final void readData(ObjectDataInput in) throws IOException {
        incarnation = in.readString();
    }
}
