// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.trapezoid.servlet.replication.SessionKeys;
import org.trapezoid.servlet.replication.testing.SessionKeysContract;

/** On real members, of which those that a test leaves alive serve the next one. */
@Timeout(120)
class HazelcastSessionKeysTest extends SessionKeysContract {
    private static final int MOST = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<ClusterNode> alive = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private static Members members;

    private final List<Joined> joined = new ArrayList<>();

    private record Joined(ClusterNode node, HazelcastSessionKeys hazelcastKeys) implements Member {
        @Override
        public SessionKeys keys() {
            return hazelcastKeys;
        }

        @Override
        public void die() {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> node.hazelcast().getPartitionService().isClusterSafe()); // each entry has its backup
            alive.remove(node);
            Members.kill(node);
        }
    }

    @BeforeAll
    static void reserve() throws IOException {
        members = new Members(MOST);
    }

    @AfterAll
    static void stop() {
        members.killAll();
        alive.clear();
    }

    @AfterEach
    void clear() {
        joined.forEach(member -> member.hazelcastKeys().close());
        alive.get(0).hazelcast().getMap(HazelcastSessionKeys.KEYS).clear();
    }

    @Override
    protected Joined join() throws IOException {
        if (alive.stream().allMatch(this::isTaken)) {
            alive.add(members.start());
        }
        ClusterNode node =
                alive.stream().filter(each -> !isTaken(each)).findFirst().orElseThrow();
        Joined member = new Joined(node, new HazelcastSessionKeys(node));
        joined.add(member);
        return member;
    }

    private boolean isTaken(ClusterNode node) {
        return joined.stream().anyMatch(member -> member.node() == node);
    }

    @Override
    protected <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    protected void until(BooleanSupplier condition) {
        Awaitility.await().atMost(PATIENCE).until(condition::getAsBoolean);
    }
}
