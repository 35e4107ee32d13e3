// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.ReadOnly;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.map.IMap;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.servlet.replication.SessionStore.Found;
import org.trapezoid.servlet.replication.SessionTokens;
import org.trapezoid.servlet.replication.Snapshot;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.transport.TransportOptions;

/** What the confirmation of a save is worth. */
@Timeout(120)
class SessionBackupTest {
    private final Members members = new Members(2);
    private final List<HazelcastSessionStore> stores = new ArrayList<>();

    @AfterEach
    void stop() {
        stores.forEach(HazelcastSessionStore::close);
        members.killAll();
    }

    private ClusterNode join() throws IOException {
        ClusterNode node = members.start();
        TransportLayer transports = new TransportLayer(
                List.of(), TransportOptions.DEFAULT, new StackThreads(new Readers(), new ManualClock(), Runnable::run));
        stores.add(
                new HazelcastSessionStore(node, new HazelcastNodes(node, transports, Limits.DEFAULT, Runnable::run)));
        ReusedMembers.until(() -> node.hazelcast().getPartitionService().isClusterSafe());
        return node;
    }

    @Test
    void aSaveIsConfirmedWhenTheBackupHasItAndNotBefore() throws Exception {
        ClusterNode one = join();
        ClusterNode two = join();
        Snapshot snapshot = snapshot(one);
        CompletableFuture<String> awake = new CompletableFuture<>();
        List<CompletionStage<?>> asleep = sleep(two, awake);

        try {
            CompletableFuture<Boolean> save = stores.get(0).save(snapshot).toCompletableFuture();
            IMap<String, StoredSession> sessions = one.hazelcast().getMap(HazelcastSessionStore.SESSIONS);
            ReusedMembers.until(() -> sessions.localKeySet().contains(snapshot.token()));

            assertThatThrownBy(() -> save.get(300, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
            awake.complete("awake");
            assertThat(ReusedMembers.await(save)).isTrue();
            assertThat(stores.get(1).backups()).isOne();
        } finally {
            awake.complete("awake");
        }
        for (CompletionStage<?> each : asleep) {
            ReusedMembers.await(each);
        }
    }

    @Test
    void aNodeThatIsAloneKnowsThatItHasNoBackup() throws Exception {
        ClusterNode one = join();
        ClusterNode two = join();
        Snapshot snapshot = snapshot(one);
        assertThat(ReusedMembers.await(stores.get(0).save(snapshot))).isTrue();
        assertThat(stores.get(0).hasBackup(snapshot.token())).isTrue();

        Members.kill(two);
        ReusedMembers.until(() -> one.members().size() == 1);

        assertThat(ReusedMembers.await(stores.get(0).save(snapshot))).isTrue();
        assertThat(stores.get(0).hasBackup(snapshot.token())).isFalse();
    }

    @Test
    void aNodeThatLeavesClaimsNothingBack() throws Exception {
        ClusterNode one = join();
        join();
        List<Snapshot> back = new CopyOnWriteArrayList<>();
        Snapshot snapshot = snapshot(one);
        stores.get(0).onOrphan(back::add);

        one.sayGoodbye();
        Snapshot left = new Snapshot(snapshot.token(), Snapshot.NOBODY, 2, snapshot.state());
        assertThat(ReusedMembers.await(stores.get(0).save(left))).isTrue();

        await().during(Duration.ofSeconds(3)).until(back::isEmpty); // it is told of those that leave, too
        assertThatThrownBy(() -> ReusedMembers.await(stores.get(0).claim(left.token())))
                .hasMessageContaining("this node leaves");
        assertThat(ReusedMembers.await(stores.get(1).claim(left.token()))).isInstanceOf(Found.Claimed.class);
    }

    /** Of a session that this node keeps itself. */
    private Snapshot snapshot(ClusterNode node) {
        String token = new SessionTokens(node.incarnation(), new byte[] {1}, new SplittableRandom(1))
                .fresh(stores.get(0).place());
        return new Snapshot(token, node.incarnation(), 1, "answered".getBytes(StandardCharsets.UTF_8));
    }

    /** The threads that store for this member do nothing until they are awake; what they have begun. */
    private static List<CompletionStage<?>> sleep(ClusterNode member, CompletableFuture<String> awake) {
        HazelcastInstance hazelcast = member.hazelcast();
        IMap<String, String> others = hazelcast.getMap("others");
        List<CompletionStage<?>> asleep = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            if (hazelcast
                    .getPartitionService()
                    .getPartition("key" + i)
                    .getOwner()
                    .localMember()) {
                asleep.add(others.submitToKey("key" + i, new Asleep(awake)));
            }
        }
        return asleep;
    }

    private record Asleep(CompletableFuture<String> awake) implements EntryProcessor<String, String, String>, ReadOnly {
        @Override
        public String process(Map.Entry<String, String> entry) {
            return awake.join();
        }
    }
}
