// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceNotActiveException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Threads;

/**
 * Whether all that this node stores has its backup at another one: not while there is no other one, nor after one came or went, until what has
 * to move has moved. Others have to be asked, so a thread of its own looks every few seconds. Thread-safe.
 */
public final class BackupSync implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BackupSync.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final HazelcastInstance hazelcast;
    private final ExecutorService thread =
            Executors.newSingleThreadExecutor(task -> Threads.platform("cluster-sync", task));
    private volatile boolean complete;

    public BackupSync(ClusterNode node) {
        hazelcast = node.hazelcast();
        thread.execute(this::watch);
    }

    private void watch() {
        try {
            while (!thread.isShutdown()) {
                look();
                TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
            }
        } catch (InterruptedException | HazelcastInstanceNotActiveException stopped) {
            complete = false;
        }
    }

    private void look() {
        try {
            complete = hazelcast.getCluster().getMembers().size() > 1
                    && hazelcast.getPartitionService().isLocalMemberSafe();
        } catch (HazelcastInstanceNotActiveException stopped) {
            throw stopped;
        } catch (RuntimeException e) {
            complete = false;
            log.debug("nobody can say whether there are all backups", e);
        }
    }

    /** As it was some seconds ago. */
    public boolean isComplete() {
        return complete;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
