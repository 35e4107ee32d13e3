// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.servlet.replication.testing.MemoryCluster;

/** One session that is kept elsewhere, and goes on there. */
class LeavingReplicaTest extends ReplicaFixture {
    @Test
    void aSessionThatEndsWhileItIsHandedOverIsNotLeftBehind() {
        store();
        List<String> left = new ArrayList<>();
        strand.run(() -> session.handOver(() -> left.add("it")));

        strand.run(session::invalidated);
        clock.advance(SHORT);

        assertThat(left).containsExactly("it");
        assertThat(cluster.stored()).isEmpty();
    }

    @Test
    void nobodyWaitsForASessionThatAnotherNodeHas() {
        store();
        cluster.onSave(snapshot -> MemoryCluster.Fate.REFUSED);
        List<String> left = new ArrayList<>();

        strand.run(() -> session.handOver(() -> left.add("it")));
        clock.advance(SHORT);

        assertThat(left).containsExactly("it");
    }

    @Test
    void nobodyWaitsForASessionThatEndsBeforeItIsHandedOver() {
        store();
        strand.run(session::changed);
        clock.advance(Duration.ofMillis(21)); // it is being saved
        List<String> left = new ArrayList<>();

        strand.run(() -> session.handOver(() -> left.add("it")));
        strand.run(session::invalidated);
        clock.advance(SHORT);

        assertThat(left).containsExactly("it");
        assertThat(cluster.stored()).isEmpty();
    }

    @Test
    void whatChangesWhileItIsHandedOverLeavesWithIt() {
        store();
        List<String> left = new ArrayList<>();
        strand.run(() -> session.handOver(() -> left.add("it")));
        clock.advance(Duration.ofMillis(10));
        state = () -> new byte[] {2};

        sendProtected("200");
        clock.advance(SHORT);

        assertThat(sent).containsExactly("200");
        assertThat(left).containsExactly("it");
        assertThat(cluster.stored()).singleElement().matches(each -> each.state()[0] == 2);
    }
}
