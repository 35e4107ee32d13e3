// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hazelcast.map.IMap;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.servlet.replication.SessionStore.Found;
import org.trapezoid.servlet.replication.Snapshot;

/** What happens when the claims do not succeed at once, or are not made yet. */
@Timeout(120)
class TakeoverTest {
    private Members members;
    private ClusterNode node;
    private IMap<String, StoredSession> sessions;

    @BeforeEach
    void join() throws Exception {
        members = new Members(3);
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
                                new Found.Claimed(new Snapshot(token, node.incarnation(), 2, new byte[] {1}))),
                address -> true);

        takeover.start(snapshot -> taken.add(snapshot.token()));

        await().atMost(Duration.ofSeconds(60)).until(() -> !taken.isEmpty());
        takeover.close();
        assertThat(taken).containsExactly("token");
        assertThat(claims).hasValue(3);
    }

    /** Nobody would find it: it is this node's already, or may be. */
    @Test
    void claimsOfWhichNobodyKnowsAreMadeAgainTogether() {
        List<String> claimed = new CopyOnWriteArrayList<>();
        sessions.set("token", new StoredSession(node.incarnation(), 2, 1, new byte[] {1}));
        try (Takeover takeover = takeover(claimed, address -> true)) {
            takeover.start(snapshot -> {});

            takeover.claimLater("token");
            takeover.claimLater("another");
            takeover.claimLater("token");

            await().atMost(Duration.ofSeconds(60)).until(() -> claimed.size() > 1);
            assertThat(claimed).containsExactlyInAnyOrder("token", "another");
        }
    }

    private Takeover takeover(List<String> claimed, Predicate<InetSocketAddress> refuses) {
        return new Takeover(
                node,
                sessions,
                () -> true,
                token -> {
                    claimed.add(token);
                    sessions.remove(token);
                    return CompletableFuture.completedFuture(new Found.Unknown());
                },
                refuses);
    }

    @Test
    void ofTwoNodesThatWhichIsSilentKeepsItsSessionsUntilItIsDead() throws Exception {
        ClusterNode other = members.start();
        sessions.set("its", new StoredSession(other.incarnation(), 1, 0, new byte[] {1}));
        List<String> claimed = new CopyOnWriteArrayList<>();
        List<InetSocketAddress> asked = new CopyOnWriteArrayList<>();
        AtomicBoolean dead = new AtomicBoolean();
        InetSocketAddress address =
                other.hazelcast().getCluster().getLocalMember().getSocketAddress();
        try (Takeover takeover = takeover(claimed, member -> {
            asked.add(member);
            return dead.get();
        })) {
            takeover.start(snapshot -> {});
            await().until(() -> claimed.contains("token")); // of a third one, that is no member
            Members.kill(other);
            await().until(() -> asked.size() >= 2); // at once, and two seconds later
            sessions.set("later", new StoredSession("gone", 1, 0, new byte[] {1}));
            await().atMost(Duration.ofSeconds(60)).until(() -> claimed.contains("later")); // that is nobody's
            assertThat(claimed).doesNotContain("its");

            dead.set(true);

            await().atMost(Duration.ofSeconds(60)).until(() -> claimed.contains("its"));
            assertThat(asked).containsOnly(address);
        }
    }

    @Test
    void itsSessionsAreTakenOverWhenAThirdNodeHasJoined() throws Exception {
        ClusterNode other = members.start();
        sessions.set("its", new StoredSession(other.incarnation(), 1, 0, new byte[] {1}));
        List<String> claimed = new CopyOnWriteArrayList<>();
        try (Takeover takeover = takeover(claimed, member -> false)) {
            takeover.start(snapshot -> {});
            Members.kill(other);
            await().until(() -> node.membership().missed().isPresent());

            members.start();

            await().atMost(Duration.ofSeconds(60)).until(() -> claimed.contains("its"));
        }
    }

    @Test
    void ofThreeNodesTheOthersTakeOverWhatASilentOneHad() throws Exception {
        ClusterNode other = members.start();
        members.start();
        sessions.set("its", new StoredSession(other.incarnation(), 1, 0, new byte[] {1}));
        List<String> claimed = new CopyOnWriteArrayList<>();
        try (Takeover takeover = takeover(claimed, member -> false)) {
            takeover.start(snapshot -> {});
            Members.kill(other);

            await().atMost(Duration.ofSeconds(60))
                    .until(() -> claimed.contains("its")
                            || !sessions.localKeySet().contains("its")); // the third one stores it
            assertThat(node.membership().missed()).isEmpty();
        }
    }

    @Test
    void aHostRefusesWhereNobodyListens() throws Exception {
        InetSocketAddress address;
        try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = (InetSocketAddress) listening.getLocalSocketAddress();
            assertThat(Takeover.refuses(address)).isFalse();
        }
        assertThat(Takeover.refuses(address)).isTrue();
    }
}
