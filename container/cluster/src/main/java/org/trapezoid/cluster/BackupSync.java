// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.concurrent.Threads;

/**
 * Whether all that this node stores has its backup at another one: not while there is no other one, nor after one came or went, until what has
 * to move has moved. Others have to be asked, so a thread of its own looks every few seconds. Thread-safe.
 */
public final class BackupSync implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(BackupSync.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);
    private static final Duration OLD = Duration.ofSeconds(12);

    private final HazelcastInstance hazelcast;
    private final Thread thread = Threads.platform("cluster-sync", this::watch);
    private volatile Seen seen = new Seen(false, Set.of(), System.nanoTime());

    /** What was found at a time, and which members there were then. */
    private record Seen(boolean complete, Set<UUID> members, long nanoTime) {}

    public BackupSync(ClusterNode node) {
        hazelcast = node.hazelcast();
        thread.start();
    }

    private void watch() {
        try {
            while (true) {
                look();
                TimeUnit.NANOSECONDS.sleep(INTERVAL.toNanos());
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        try {
            Set<UUID> members = members();
            boolean complete =
                    members.size() > 1 && hazelcast.getPartitionService().isLocalMemberSafe();
            seen = new Seen(complete, members, System.nanoTime());
        } catch (RuntimeException e) { // as when the node stops
            seen = new Seen(false, Set.of(), System.nanoTime());
            log.debug("nobody can say whether there are all backups", e);
        }
    }

    private Set<UUID> members() {
        return hazelcast.getCluster().getMembers().stream().map(Member::getUuid).collect(Collectors.toSet());
    }

    /** As it was some seconds ago; not if nobody has said so since, or the members are others now. */
    public boolean isComplete() {
        Seen last = seen;
        return last.complete
                && System.nanoTime() - last.nanoTime < OLD.toNanos()
                && members().equals(last.members);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
