// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.ManualClock;

class LogGateTest {
    private final ManualClock clock = new ManualClock();
    private final LogGate gate = new LogGate(clock::nanoTime);

    @Test
    void passesOncePerSubjectAndMinute() {
        assertThat(gate.passes("a")).isTrue();
        assertThat(gate.passes("a")).isFalse();
        assertThat(gate.passes("b")).isTrue();

        clock.advance(Duration.ofSeconds(60));

        assertThat(gate.passes("a")).isTrue();
        assertThat(gate.passes("a")).isFalse();
    }

    @Test
    void passesABoundedNumberOfSubjectsPerMinute() {
        int passed = 0;
        for (int subject = 0; subject < 100_000; subject++) {
            passed += gate.passes(subject) ? 1 : 0;
        }
        clock.advance(Duration.ofSeconds(60));

        assertThat(passed).isEqualTo(1000);
        assertThat(gate.passes("later")).isTrue();
    }
}
