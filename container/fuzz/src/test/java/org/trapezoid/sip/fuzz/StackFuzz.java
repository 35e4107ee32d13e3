// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.trapezoid.sip.testing.TimeLimit;

/**
 * Coverage-guided input for the parsers, the framer and every typed value. The first byte chooses the target. An input that takes
 * longer than 100 ms, three times in a row, is a failure.
 */
class StackFuzz {
    private static final FuzzTarget[] TARGETS = FuzzTarget.values();

    private final TimeLimit limit = new TimeLimit();

    static Stream<Arguments> seeds() {
        return Stream.of(TARGETS).flatMap(target -> target.corpus().stream().map(text -> {
            byte[] seed = new byte[text.length + 1];
            seed[0] = (byte) Arrays.asList(TARGETS).indexOf(target);
            System.arraycopy(text, 0, seed, 1, text.length);
            return Arguments.of((Object) seed);
        }));
    }

    @MethodSource("seeds")
    @FuzzTest(maxExecutions = 5_000_000, maxDuration = "20m")
    void givesAVerdictOnWhateverComes(byte[] data) {
        if (data.length == 0) {
            return;
        }
        FuzzTarget target = TARGETS[Math.floorMod(data[0], TARGETS.length)];
        byte[] input = Arrays.copyOfRange(data, 1, data.length);
        limit.check(target + " with " + input.length + " bytes", target.readings(input), () -> target.run(input));
    }
}
