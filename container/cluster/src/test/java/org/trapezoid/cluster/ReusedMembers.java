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

/** Real members, of which those that a test leaves alive serve the next one. */
final class ReusedMembers implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Members members;
    private final List<ClusterNode> alive = new ArrayList<>();
    private final List<ClusterNode> used = new ArrayList<>();

    /** @param most how many may be started in all tests */
    ReusedMembers(int most) {
        members = new Members(most);
    }

    /** One that the test does not use yet. */
    ClusterNode next() throws IOException {
        if (used.containsAll(alive)) {
            alive.add(members.start());
        }
        ClusterNode node =
                alive.stream().filter(each -> !used.contains(each)).findFirst().orElseThrow();
        used.add(node);
        until(() -> node.hazelcast().getPartitionService().isClusterSafe()); // nothing is being moved to it
        return node;
    }

    /** As {@code kill -9} would, when each entry has its backup. */
    void kill(ClusterNode node) {
        until(() -> node.hazelcast().getPartitionService().isClusterSafe());
        alive.remove(node);
        Members.kill(node);
    }

    /** The test is over. */
    void clear(String map) {
        alive.get(0).hazelcast().getMap(map).clear();
        used.clear();
    }

    static <T> T await(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    static void until(BooleanSupplier condition) {
        Awaitility.await().atMost(PATIENCE).until(condition::getAsBoolean);
    }

    @Override
    public void close() {
        members.killAll();
    }
}
