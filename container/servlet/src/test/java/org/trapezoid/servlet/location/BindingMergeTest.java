// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.trapezoid.api.Binding;

/** Changes that wait for one another while a node of the cluster does not answer. */
class BindingMergeTest {
    private static final String ALICE = "sip:alice@example.com";
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static Binding binding(long cseq) {
        return new Binding(
                ALICE,
                "sip:alice@192.0.2.1",
                Map.of(),
                1,
                NOW.plusSeconds(3600 + cseq),
                "call",
                cseq,
                List.of(),
                Binding.Source.UNKNOWN,
                "");
    }

    private static BindingMerge refreshed(long cseq) {
        return new BindingMerge(ALICE, List.of(binding(cseq)), List.of(binding(cseq - 1)));
    }

    private static BindingMerge unbound(long cseq) {
        return new BindingMerge(ALICE, List.of(), List.of(binding(cseq)));
    }

    @Test
    void whatNobodyHasSeenNeedNotBeRemoved() {
        BindingMerge waiting = refreshed(2);
        for (long cseq = 3; cseq <= 1_000; cseq++) {
            waiting = waiting.then(refreshed(cseq));
        }

        assertThat(waiting.put()).containsExactly(binding(1_000));
        assertThat(waiting.removed()).containsExactly(binding(1)); // the only one that was sent before
        assertThat(waiting.apply(List.of(binding(1)), NOW)).containsExactly(binding(1_000));
        assertThat(waiting.then(unbound(1_000)).apply(List.of(binding(1)), NOW)).isEmpty();
    }

    /** It was sent before, and bound once more as it was while that was under way. */
    @Test
    void whatIsBoundAgainAsItIsStoredEndsAllTheSame() {
        BindingMerge again = new BindingMerge(ALICE, List.of(binding(1)), List.of());

        assertThat(again.then(unbound(1)).apply(List.of(binding(1)), NOW)).isEmpty();
    }

    @Test
    void whatComesBackAsItWasEndsAllTheSame() {
        BindingMerge away = unbound(1).then(new BindingMerge(ALICE, List.of(binding(1)), List.of()));

        assertThat(away.apply(List.of(binding(1)), NOW)).containsExactly(binding(1));
        assertThat(away.then(unbound(1)).apply(List.of(binding(1)), NOW)).isEmpty();
    }
}
