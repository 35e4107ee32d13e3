// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.internal.partition.InternalPartitionService;
import com.hazelcast.internal.serialization.Data;
import com.hazelcast.internal.serialization.SerializationService;
import com.hazelcast.map.IMap;
import com.hazelcast.map.impl.MapEntries;
import com.hazelcast.map.impl.MapService;
import com.hazelcast.map.impl.recordstore.RecordStore;
import com.hazelcast.spi.impl.AbstractDistributedObject;
import com.hazelcast.spi.impl.InternalCompletableFuture;
import com.hazelcast.spi.impl.NodeEngine;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.trapezoid.servlet.replication.SessionTokens;

/**
 * Does things to sessions where they are stored, those of one place in one step. It goes below the public methods of Hazelcast's maps, of which
 * {@code executeOnKeys} answers before its backups ({@link SessionOperation}), and {@code executeOnKey} costs a call for each session. Thread-safe.
 */
final class SessionPartitions {
    private final String map;
    private final NodeEngine engine;
    private final Later later;
    private final Map<String, Place> places = new ConcurrentHashMap<>(); // few: so many of each start of a node

    /** Where sessions are that are kept together. */
    private record Place(int partition, SessionQueue queue) {}

    SessionPartitions(IMap<String, StoredSession> sessions, Later later) {
        this.later = later;
        this.map = sessions.getName();
        this.engine = ((AbstractDistributedObject<?>) sessions).getNodeEngine();
    }

    /** What the processor tells when a backup has what it changed; fails if that is not known. */
    @SuppressWarnings("unchecked") // the result is that of the processor
    <R> CompletionStage<R> submit(String token, SessionProcessor<R> processor) {
        return (CompletionStage<R>) place(token).queue.submit(token, processor);
    }

    private Place place(String token) {
        return places.computeIfAbsent(
                SessionTokens.place(token),
                place -> new Place(
                        engine.getPartitionService().getPartitionId(key(token)),
                        new SessionQueue(new Pace(Pace.DISTANCE, System::nanoTime, later), this::run)));
    }

    private Data key(String token) {
        return engine.getSerializationService().toData(token, Places.strategy());
    }

    /** Whether a second member has a copy of what is stored at that place, or will be asked for one, as far as this member knows. */
    boolean hasBackup(String token) {
        InternalPartitionService partitions = (InternalPartitionService) engine.getPartitionService();
        return partitions.getPartition(place(token).partition).getReplicaAddress(1) != null;
    }

    /** Copies that this member has of what others store. The statistics of a map wait for what has no copy yet; this does not. */
    long backups() {
        MapService maps = engine.getService(MapService.SERVICE_NAME);
        InternalPartitionService partitions = (InternalPartitionService) engine.getPartitionService();
        long copies = 0;
        for (int i = 0; i < partitions.getPartitionCount(); i++) {
            if (engine.getThisAddress().equals(partitions.getPartition(i).getReplicaAddress(1))) {
                RecordStore<?> store = maps.getMapServiceContext().getExistingRecordStore(i, map);
                copies += store == null ? 0 : store.size();
            }
        }
        return copies;
    }

    private CompletionStage<Map<String, Object>> run(SessionBatch batch) {
        try {
            Set<Data> keys = new HashSet<>();
            batch.tokens().forEach(token -> keys.add(key(token)));
            int partition = place(batch.tokens().iterator().next()).partition;
            InternalCompletableFuture<MapEntries> answer = engine.getOperationService()
                    .createInvocationBuilder(MapService.SERVICE_NAME, new SessionOperation(map, keys, batch), partition)
                    .invoke();
            return answer.thenApplyAsync(this::results); // the thread that has received it must not send
        } catch (RuntimeException stopped) {
            return CompletableFuture.failedFuture(stopped);
        }
    }

    private Map<String, Object> results(MapEntries entries) {
        SerializationService serialization = engine.getSerializationService();
        Map<String, Object> results = new HashMap<>();
        for (Map.Entry<Data, Data> entry : entries.entries()) {
            results.put(serialization.toObject(entry.getKey()), serialization.toObject(entry.getValue()));
        }
        return results;
    }
}
