// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What a phone does in a call. Times count from the INVITE sent or received; those of a talk from its beginning.
 *
 * @param cancelAfter what a caller waits for an answer
 * @param reaction what a callee does
 * @param ringAfter when a callee sends 180
 * @param reactAfter when a callee does it
 * @param status of a rejection
 * @param talk when it hangs up unless the other side did
 * @param reinvites when it sends re-INVITEs
 * @param updates when it sends UPDATEs
 */
public record CallPlan(
        Duration cancelAfter,
        Reaction reaction,
        Duration ringAfter,
        Duration reactAfter,
        int status,
        Duration talk,
        List<Duration> reinvites,
        List<Duration> updates) {

    /** Of a callee. */
    public enum Reaction {
        ANSWER,
        REJECT,
        /** Rings until it is cancelled. */
        RING,
        /** Is not there. */
        SILENT
    }

    private static final int[] REJECTIONS = {400, 404, 480, 486, 486, 488, 500, 503, 600, 603};

    /** A call that is answered at once, and hung up by the caller after some seconds. */
    public static final CallPlan PLAIN = new CallPlan(
            Duration.ofSeconds(200),
            Reaction.ANSWER,
            Duration.ZERO,
            Duration.ofMillis(100),
            486,
            Duration.ofSeconds(3),
            List.of(),
            List.of());

    /**
     * Anything a person might do. Half of the times are within one way over the network of those of the other side, so that
     * messages cross.
     */
    public static CallPlan any(RandomGenerator random) {
        Duration beat = Duration.ofMillis(500L * (1 + random.nextInt(3)));
        Duration cancelAfter =
                switch (random.nextInt(8)) {
                    case 0, 1 -> beat.plus(jitter(random));
                    case 2 -> jitter(random);
                    default -> Duration.ofSeconds(20 + random.nextInt(200));
                };
        Reaction reaction =
                switch (random.nextInt(16)) {
                    case 0, 1, 2 -> Reaction.REJECT;
                    case 3 -> Reaction.RING;
                    case 4 -> random.nextInt(3) == 0 ? Reaction.SILENT : Reaction.RING;
                    default -> Reaction.ANSWER;
                };
        Duration ringAfter = random.nextBoolean() ? Duration.ZERO : jitter(random);
        Duration reactAfter = ringAfter.plus(random.nextBoolean() ? beat.plus(jitter(random)) : jitter(random));
        Duration talk = random.nextInt(3) == 0
                ? Duration.ofMillis(random.nextInt(60_000))
                : Duration.ofMillis(1000L * random.nextInt(3)).plus(jitter(random));
        int status = REJECTIONS[random.nextInt(REJECTIONS.length)];
        return new CallPlan(cancelAfter, reaction, ringAfter, reactAfter, status, talk, times(random), times(random));
    }

    private static List<Duration> times(RandomGenerator random) {
        List<Duration> times = new ArrayList<>();
        for (int i = random.nextInt(4); i > 1; i--) {
            times.add(Duration.ofMillis(1000L * random.nextInt(3)).plus(jitter(random)));
        }
        return times;
    }

    private static Duration jitter(RandomGenerator random) {
        return Duration.ofMillis(random.nextInt(200));
    }

    public CallPlan reacting(Reaction other) {
        return new CallPlan(cancelAfter, other, ringAfter, reactAfter, status, talk, reinvites, updates);
    }

    public CallPlan rejecting(int with) {
        return new CallPlan(cancelAfter, Reaction.REJECT, ringAfter, reactAfter, with, talk, reinvites, updates);
    }

    public CallPlan cancelledAfter(Duration patience) {
        return new CallPlan(patience, reaction, ringAfter, reactAfter, status, talk, reinvites, updates);
    }

    public CallPlan answeredAfter(Duration delay) {
        return new CallPlan(cancelAfter, Reaction.ANSWER, ringAfter, delay, status, talk, reinvites, updates);
    }

    public CallPlan talking(Duration length) {
        return new CallPlan(cancelAfter, reaction, ringAfter, reactAfter, status, length, reinvites, updates);
    }

    public CallPlan reinviting(Duration... times) {
        return new CallPlan(cancelAfter, reaction, ringAfter, reactAfter, status, talk, List.of(times), updates);
    }

    public CallPlan updating(Duration... times) {
        return new CallPlan(cancelAfter, reaction, ringAfter, reactAfter, status, talk, reinvites, List.of(times));
    }
}
