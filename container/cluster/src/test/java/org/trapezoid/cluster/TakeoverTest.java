// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.map.IMap;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.servlet.replication.SessionStore.Found;
import org.trapezoid.servlet.replication.Snapshot;

/** What happens when the claims do not succeed at once. */
@Timeout(120)
class TakeoverTest {
    private Members members;
    private ClusterNode node;
    private IMap<String, StoredSession> sessions;

    @BeforeEach
    void join() throws Exception {
        members = new Members(1);
        node = members.start();
        sessions = node.hazelcast().getMap(HazelcastSessionStore.SESSIONS);
        sessions.set("token", new StoredSession("gone", 1, 0, new byte[] {1}));
    }

    @AfterEach
    void stop() {
        members.killAll();
    }

    @Test
    void aClaimThatFailedIsMadeAgain() {
        AtomicInteger claims = new AtomicInteger();
        List<String> taken = new CopyOnWriteArrayList<>();
        Takeover takeover = new Takeover(
                node,
                sessions,
                () -> true,
                token -> claims.incrementAndGet() < 3
                        ? CompletableFuture.failedFuture(new IllegalStateException("a member does not answer"))
                        : CompletableFuture.completedFuture(
                                new Found.Claimed(new Snapshot(token, node.incarnation(), 2, new byte[] {1}))));

        takeover.start(snapshot -> taken.add(snapshot.token()));

        await().atMost(Duration.ofSeconds(60)).until(() -> !taken.isEmpty());
        takeover.close();
        assertThat(taken).containsExactly("token");
        assertThat(claims).hasValue(3);
    }
}
