// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * What the network does to messages. Loss, duplication and reordering are for datagrams, breaks for connections; each is the
 * probability for one message.
 */
public record Weather(
        Duration least, Duration most, double loss, double duplication, double reordering, double breaks) {

    /** Quick, and everything arrives in order. */
    public static final Weather CLEAR = new Weather(Duration.ofMillis(1), Duration.ofMillis(5), 0, 0, 0, 0);

    /** A slow line with a datagram lost now and then. */
    public static final Weather WIRELESS =
            new Weather(Duration.ofMillis(10), Duration.ofMillis(150), 0.03, 0.01, 0.05, 0);

    /** Attack case 45: of ten datagrams three are lost, one comes twice and two are overtaken. */
    public static final Weather STORM = new Weather(Duration.ofMillis(5), Duration.ofMillis(80), 0.3, 0.1, 0.2, 0.02);

    /** As bad as chance has it; clear every third time, so that what crosses without loss is tried as well. */
    public static Weather any(RandomGenerator random) {
        return switch (random.nextInt(7)) {
            case 0, 1 -> CLEAR;
            case 2 -> new Weather(Duration.ZERO, Duration.ofMillis(300), 0, 0, 0.1, 0);
            case 3 -> WIRELESS;
            case 4 -> new Weather(Duration.ofMillis(1), Duration.ofMillis(50), 0.1, 0.05, 0.1, 0);
            case 5 -> new Weather(Duration.ofMillis(1), Duration.ofMillis(50), 0.02, 0.02, 0.02, 0.03);
            default -> STORM;
        };
    }

    /** Whether so much is lost that retransmission does not always help, or breaks that is not retransmitted. */
    public boolean losesForGood() {
        return loss > 0.15 || breaks > 0;
    }

    Duration delay(RandomGenerator random) {
        return Duration.ofNanos(random.nextLong(least.toNanos(), most.toNanos() + 1));
    }
}
