// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.servlet.replication.SessionStore;
import org.trapezoid.servlet.replication.SessionTokens;
import org.trapezoid.servlet.replication.Snapshot;
import org.trapezoid.servlet.replication.testing.SessionStoreContract;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.transport.TransportOptions;

/** On real members, of which those that a test leaves alive serve the next one. */
@Timeout(120)
class HazelcastSessionStoreTest extends SessionStoreContract {
    private static final int MOST = 40;

    @SuppressWarnings("NullAway.Init")
    private static ReusedMembers members;

    private final List<Joined> joined = new ArrayList<>();

    private record Joined(ClusterNode node, HazelcastSessionStore hazelcastStore) implements Member {
        @Override
        public String incarnation() {
            return node.incarnation();
        }

        @Override
        public SessionStore store() {
            return hazelcastStore;
        }

        @Override
        public boolean sees(String incarnation) {
            return node.membership().isMember(incarnation);
        }

        @Override
        public void die() {
            members.kill(node);
        }
    }

    @BeforeAll
    static void reserve() {
        members = new ReusedMembers(MOST);
    }

    @AfterAll
    static void stop() {
        members.close();
    }

    @AfterEach
    void clear() {
        joined.forEach(member -> member.store().close());
        members.clear(HazelcastSessionStore.SESSIONS);
    }

    @Override
    protected Joined join() throws IOException {
        ClusterNode node = members.next();
        Joined member = new Joined(node, new HazelcastSessionStore(node, nodes(node)));
        joined.add(member);
        return member;
    }

    private static HazelcastNodes nodes(ClusterNode node) {
        TransportLayer transports = new TransportLayer(
                List.of(), TransportOptions.DEFAULT, new StackThreads(new Readers(), new ManualClock(), Runnable::run));
        return new HazelcastNodes(node, transports, Limits.DEFAULT, Runnable::run);
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) throws Exception {
        return ReusedMembers.await(stage);
    }

    @Override
    protected void until(BooleanSupplier condition) {
        ReusedMembers.until(condition);
    }

    @Test
    void takesOverWhatWasLostBeforeItListened() throws Exception {
        Joined one = join();
        Joined two = join();
        Joined three = join();
        await(one.store().save(snapshot("token", one, 1, "answered")));
        one.die();
        until(() -> !two.sees(one.incarnation()) && !three.sees(one.incarnation()));
        List<String> taken = new CopyOnWriteArrayList<>();

        two.store().onOrphan(snapshot -> taken.add(snapshot.token()));
        three.store().onOrphan(snapshot -> taken.add(snapshot.token()));

        until(() -> taken.contains("token"));
        assertThat(taken).containsExactly("token");
    }

    /** It has stood still, say, and does not know yet whether it is the one who is gone. */
    @Test
    void aNodeThatIsNotSureClaimsNothing() throws Exception {
        Joined one = join();
        Joined two = join();
        AtomicBoolean sure = new AtomicBoolean();
        two.store().claimsWhile(sure::get);
        await(one.store().save(snapshot("token", one, 1, "answered")));
        List<String> taken = new CopyOnWriteArrayList<>();
        two.store().onOrphan(snapshot -> taken.add(snapshot.token()));
        one.die();
        until(() -> !two.sees(one.incarnation()));

        assertThatThrownBy(() -> await(two.store().claim("token"))).hasMessageContaining("elsewhere");
        assertThat(taken).isEmpty();

        sure.set(true);
        until(() -> taken.contains("token")); // it tries again
    }

    @Test
    void aSessionBeginsWhereOnlyItsBackupHasToTravel() throws Exception {
        Joined one = join();
        Joined two = join();
        long others = two.hazelcastStore().backups();
        String token = new SessionTokens(one.incarnation(), new byte[] {1}, new SplittableRandom(1))
                .fresh(one.store().place());

        await(one.store().save(snapshot(token, one, 1, "answered")));

        assertThat(one.node().hazelcast().getMap(HazelcastSessionStore.SESSIONS).localKeySet())
                .containsExactly(token);
        assertThat(two.hazelcastStore().backups()).isEqualTo(others + 1);
    }

    @Test
    void savesManySessionsAtOnceEachByItsOwnRules() throws Exception {
        Joined one = join();
        Joined two = join();
        List<CompletionStage<Boolean>> saves = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            saves.add(one.store().save(snapshot("token" + i, one, 2, "answered")));
        }
        for (CompletionStage<Boolean> save : saves) {
            assertThat(await(save)).isTrue();
        }
        saves.clear();
        for (int i = 0; i < 500; i++) {
            boolean newer = i % 2 == 0;
            saves.add(two.store().save(snapshot("token" + i, two, newer ? 3 : 1, "taken")));
        }
        for (int i = 0; i < 500; i++) {
            assertThat(await(saves.get(i))).as("save of token" + i).isEqualTo(i % 2 == 0);
        }
        one.die();
        until(() -> !two.sees(one.incarnation()));

        assertThat(text(claimed(two, "token1"))).as("from the backup").isEqualTo("answered");
        assertThat(await(two.store().claim("token2"))).isEqualTo(new SessionStore.Found.Owned(two.incarnation()));
    }

    @Test
    void forgetsWhatNobodyCanReadButNotWhatSomebodyCould() throws Exception {
        Joined one = join();
        Joined two = join();
        Joined three = join();
        await(one.store().save(snapshot("token", one, 1, "unreadable for two")));
        one.die();
        until(() -> !two.sees(one.incarnation()) && !three.sees(one.incarnation()));

        two.store().giveUp(claimed(two, "token"));
        await(two.store().claim("token")); // it comes after
        assertThat(lifetime(three)).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(60));
        Snapshot taken = claimed(three, "token");

        assertThat(lifetime(two)).isGreaterThan(Duration.ofDays(365));
        await(three.store().save(taken));
        assertThat(lifetime(two)).isGreaterThan(Duration.ofDays(365));
    }

    private static Duration lifetime(Joined at) {
        return Duration.ofMillis(at.node()
                        .hazelcast()
                        .getMap(HazelcastSessionStore.SESSIONS)
                        .getEntryView("token")
                        .getExpirationTime()
                - System.currentTimeMillis());
    }

    @Test
    void theSmallerPartClaimsNothing() throws Exception {
        Joined one = join();
        Joined two = join();
        Joined three = join();
        await(one.store().save(snapshot("token", one, 1, "answered")));

        one.die();
        two.die();
        until(() -> !three.sees(one.incarnation()) && !three.sees(two.incarnation()));

        assertThatThrownBy(() -> await(three.store().claim("token")))
                .hasRootCauseMessage("the greater part of the cluster is elsewhere");
    }
}
