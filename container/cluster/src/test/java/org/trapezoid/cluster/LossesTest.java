// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** As the listener of members tells it, on a clock of the test's own. */
class LossesTest {
    private long now;
    private final Losses losses = new Losses(() -> now);
    private final Set<String> present = new TreeSet<>();

    private void join(String... nodes) {
        for (String node : nodes) {
            present.add(node);
            losses.joined(present);
        }
    }

    private void lose(String... nodes) {
        for (String node : nodes) {
            losses.lost(node, present);
            present.remove(node);
        }
    }

    private void leave(String... nodes) {
        for (String node : nodes) {
            losses.left(node);
            present.remove(node);
        }
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private boolean isMinority() {
        return losses.isMinority(present);
    }

    @Test
    void oneOfThreeIsTheSmallerPart() {
        join("a", "b", "c");

        lose("b");
        assertThat(isMinority()).isFalse();
        pass(Duration.ofSeconds(9));
        lose("c");

        assertThat(isMinority()).isTrue();
        assertThat(losses.before()).isEqualTo(3);
    }

    @Test
    void nodesThatAreLostOneAfterAnotherLeaveTheRestWhole() {
        join("a", "b", "c", "d", "e");

        for (String node : new String[] {"e", "d", "c", "b"}) {
            lose(node);
            assertThat(isMinority()).as("without " + node).isFalse();
            pass(Duration.ofSeconds(11));
        }
    }

    @Test
    void ofTwoNodesNeitherIs() {
        join("a", "b");

        lose("a");

        assertThat(isMinority()).isFalse();
    }

    @Test
    void ofTwoHalvesTheOneWithoutTheFirstNodeIs() {
        join("a", "b", "c", "d");
        lose("a", "b");
        assertThat(isMinority()).isTrue();

        Losses others = new Losses(() -> now);
        others.joined(Set.of("a", "b", "c", "d"));
        others.lost("c", Set.of("a", "b", "c", "d"));
        others.lost("d", Set.of("a", "b", "d"));
        assertThat(others.isMinority(Set.of("a", "b"))).isFalse();
    }

    @Test
    void whoLeavesInGoodOrderIsNotMissed() {
        join("a", "b", "c");

        leave("a", "b");

        assertThat(isMinority()).isFalse();
        assertThat(losses.hasBeenLost("a")).isFalse();
    }

    @Test
    void whoLeavesBesideOneThatIsLostIsNotMissedEither() {
        join("a", "b", "c", "d", "e");

        lose("e");
        leave("d", "c");

        assertThat(isMinority()).isFalse();
        lose("b");
        assertThat(isMinority())
                .as("one is left of three that did not say good-bye")
                .isTrue();
    }

    @Test
    void whoIsJoinedIsWholeAgain() {
        join("a", "b", "c");
        lose("b", "c");

        join("d");

        assertThat(isMinority()).isFalse();
    }

    @Test
    void remembersWhoWasLost() {
        join("a", "b", "c");

        lose("b");

        assertThat(losses.hasBeenLost("b")).isTrue();
        assertThat(losses.hasBeenLost("c")).isFalse();
    }
}
