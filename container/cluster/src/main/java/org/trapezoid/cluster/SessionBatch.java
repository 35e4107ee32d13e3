// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is done to several sessions of one place, one thing to each. */
final class SessionBatch
        implements EntryProcessor<String, StoredSession, @Nullable Object>,
                HazelcastInstanceAware,
                IdentifiedDataSerializable {
    private static final long serialVersionUID = 1L;

    private transient Map<String, SessionProcessor<?>> steps;

    /** For deserialisation. */
    SessionBatch() {
        this(Map.of());
    }

    /** @param steps by token */
    SessionBatch(Map<String, SessionProcessor<?>> steps) {
        this.steps = steps;
    }

    Set<String> tokens() {
        return steps.keySet();
    }

    @Override
    public @Nullable Object process(Map.Entry<String, StoredSession> entry) {
        @Nullable SessionProcessor<?> step = steps.get(entry.getKey());
        return step == null ? null : step.process(entry);
    }

    @Override
    public @Nullable EntryProcessor<String, StoredSession, @Nullable Object> getBackupProcessor() {
        Map<String, SessionProcessor<?>> changed = new HashMap<>();
        steps.forEach((token, step) -> {
            if (step.decide()) {
                changed.put(token, step);
            }
        });
        return changed.isEmpty() ? null : new SessionBatch(changed);
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance hazelcast) {
        for (SessionProcessor<?> step : steps.values()) {
            if (step instanceof HazelcastInstanceAware aware) {
                aware.setHazelcastInstance(hazelcast);
            }
        }
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.SESSION_BATCH;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeInt(steps.size());
        for (Map.Entry<String, SessionProcessor<?>> each : steps.entrySet()) {
            out.writeString(each.getKey());
            out.writeInt(each.getValue().getClassId());
            each.getValue().writeData(out);
        }
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        int count = in.readInt();
        steps = new HashMap<>();
        for (int i = 0; i < count; i++) {
            String token = in.readString();
            SessionProcessor<?> step = (SessionProcessor<?>) ClusterSerialization.create(in.readInt());
            step.readData(in);
            steps.put(token, step);
        }
    }
}
