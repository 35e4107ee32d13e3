// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.trapezoid.sip.testing.Heap;
import org.trapezoid.sip.testing.Mutator;
import org.trapezoid.sip.testing.TimeLimit;

/**
 * Mutated input from fixed seeds, and again what was found before: the files of {@code fuzz/<target>}. Memory taken for an
 * input has to be in proportion to it, nothing of it may stay, and none may take longer than 100 ms.
 */
class FuzzTest {
    private static final int FACTOR = Integer.getInteger("fuzz.factor", 1);
    private static final int INPUTS = 5_000 * FACTOR;
    private static final int MESSAGES = 30_000 * FACTOR;
    private static final long BYTES_EACH = 600;
    private static final long BYTES_ALWAYS = 1 << 20;
    private static final long BYTES_KEPT = 100_000; // a few dozen for each input would be more

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final TimeLimit limit = new TimeLimit();

    @ParameterizedTest
    @EnumSource
    void givesAVerdictOnWhateverComes(FuzzTarget target) {
        Mutator mutator = new Mutator(target.name().hashCode() + 1000L * (FACTOR - 1), target.corpus());
        target.corpus().forEach(target::run);
        int inputs = target == FuzzTarget.MESSAGE ? MESSAGES : INPUTS;
        feed(target, mutator, inputs / 2);

        assertNothingIsKept(target, mutator, inputs - inputs / 2);
    }

    /** A class that is loaded meanwhile stays too, but what is kept of inputs grows each time. */
    private void assertNothingIsKept(FuzzTarget target, Mutator mutator, int inputs) {
        long grown = 0;
        for (int i = 0; i < 3; i++) {
            long before = Heap.kept();
            feed(target, mutator, inputs);
            grown = Heap.kept() - before;
            if (grown < BYTES_KEPT) {
                return;
            }
        }
        throw new AssertionError(grown + " bytes are kept of " + inputs + " inputs for " + target);
    }

    private void feed(FuzzTarget target, Mutator mutator, int inputs) {
        for (int i = 0; i < inputs; i++) {
            byte[] input = mutator.next();
            long before = threads.getCurrentThreadAllocatedBytes();

            limit.check(target.name(), target.readings(input), () -> run(target, input));

            if (target != FuzzTarget.FRAMER) { // which is fed many times
                assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                        .as("bytes for %s of %d", target, input.length)
                        .isLessThan(BYTES_ALWAYS + BYTES_EACH * input.length);
            }
        }
    }

    private static void run(FuzzTarget target, byte[] input) {
        try {
            target.run(input);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(target + " failed on " + HexFormat.of().formatHex(input), e);
        }
    }

    @TestFactory
    Stream<DynamicTest> givesAVerdictOnWhatWasFoundBefore() {
        return Stream.of(FuzzTarget.values()).flatMap(target -> findings(target)
                .map(file -> DynamicTest.dynamicTest(
                        target + " " + file.getFileName(), () -> target.run(Files.readAllBytes(file)))));
    }

    private static Stream<Path> findings(FuzzTarget target) {
        URL directory = FuzzTest.class.getResource("/fuzz/" + target.name().toLowerCase(Locale.ROOT));
        if (directory == null) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
            return List.copyOf(files.sorted().toList()).stream();
        } catch (IOException | URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
