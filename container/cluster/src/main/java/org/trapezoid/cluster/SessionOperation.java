// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.internal.serialization.Data;
import com.hazelcast.map.impl.operation.MultipleEntryOperation;
import java.util.Set;

/** Does a {@link SessionBatch}, and is answered when the backups have it too: that of Hazelcast is before. */
final class SessionOperation extends MultipleEntryOperation {

    /** For deserialisation. */
    SessionOperation() {}

    SessionOperation(String map, Set<Data> keys, SessionBatch batch) {
        super(map, keys, batch);
    }

    @Override
    public int getSyncBackupCount() {
        return mapContainer.getBackupCount();
    }

    @Override
    public int getAsyncBackupCount() {
        return mapContainer.getAsyncBackupCount();
    }

    @Override
    public int getFactoryId() {
        return ClusterSerialization.FACTORY;
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.SESSION_OPERATION;
    }
}
