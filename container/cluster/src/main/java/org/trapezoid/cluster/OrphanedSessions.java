// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.query.Predicate;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/** Sessions whose owner is no member. */
final class OrphanedSessions implements Predicate<String, StoredSession>, IdentifiedDataSerializable {
    private static final long serialVersionUID = 1L;

    private Set<String> members;

    /** For deserialisation. */
    OrphanedSessions() {
        this(Set.of());
    }

    OrphanedSessions(Set<String> members) {
        this.members = members;
    }

    @Override
    public boolean apply(Map.Entry<String, StoredSession> entry) {
        StoredSession session = entry.getValue();
        return !session.hasEnded() && !members.contains(session.owner());
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.ORPHANED_SESSIONS;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeStringArray(members.toArray(String[]::new));
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        members = Set.of(in.readStringArray());
    }
}
