// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.Protocol;

class HopHealthTest {
    private static final Hop A = hop("192.0.2.1");
    private static final Hop B = hop("192.0.2.2");
    private static final Hop C = hop("192.0.2.3");

    private final ManualClock clock = new ManualClock();
    private final HopHealth health = new HopHealth(Duration.ofSeconds(30), clock::nanoTime);

    @Test
    @Rfc(value = 3263, section = "4.3")
    void triesAHopThatFailedLastForAWhile() {
        health.failed(A);

        assertThat(health.ordered(List.of(A, B, C))).containsExactly(B, C, A);
        clock.advance(Duration.ofSeconds(29));
        assertThat(health.ordered(List.of(A, B, C))).containsExactly(B, C, A);
        assertThat(health.ordered(List.of(A))).containsExactly(A);
    }

    @Test
    void letsOneRequestTryWhetherItIsBack() {
        health.failed(A);
        clock.advance(Duration.ofSeconds(30));

        assertThat(health.ordered(List.of(A, B))).containsExactly(A, B);
        assertThat(health.ordered(List.of(A, B))).containsExactly(B, A);
        health.answered(A);
        assertThat(health.ordered(List.of(A, B))).containsExactly(A, B);
    }

    @Test
    @Rfc(value = 3261, section = "21.5.4")
    void sparesAHopForAsLongAsItSays() {
        health.failed(A, Duration.ofMinutes(2));
        clock.advance(Duration.ofSeconds(119));
        assertThat(health.ordered(List.of(A, B))).containsExactly(B, A);

        clock.advance(Duration.ofSeconds(1));

        assertThat(health.ordered(List.of(A, B))).containsExactly(A, B);
    }

    @Test
    void sparesNobodyForMoreThanTenMinutes() {
        health.failed(A, Duration.ofDays(1000));
        clock.advance(Duration.ofMinutes(10));

        assertThat(health.ordered(List.of(A, B))).containsExactly(A, B);
    }

    @Test
    void keepsTheOrderWhenEveryHopFailed() {
        health.failed(B);
        health.failed(A);

        assertThat(health.ordered(List.of(A, B))).containsExactly(A, B);
    }

    @Test
    void canBeSwitchedOff() {
        HopHealth off = new HopHealth(Duration.ZERO, clock::nanoTime);
        off.failed(A);
        off.failed(A, Duration.ofSeconds(5));

        assertThat(off.ordered(List.of(A, B))).containsExactly(A, B);
    }

    @Test
    void remembersABoundedNumberOfHops() {
        for (int i = 0; i < 20_000; i++) {
            health.failed(hop("10.0." + i / 250 + "." + i % 250));
        }
        health.failed(A);
        assertThat(health.isSetAside(A)).isFalse();

        clock.advance(Duration.ofSeconds(30));
        health.failed(A);

        assertThat(health.isSetAside(A)).isTrue();
    }

    private static Hop hop(String address) {
        return new Hop(Protocol.UDP, new InetSocketAddress(address, 5060));
    }
}
