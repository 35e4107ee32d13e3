// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.fuzz;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.trapezoid.sip.testing.Mutator;

/** Mutated messages in the middle of calls, from fixed seeds; and again what was found before: the files of {@code fuzz/server}. */
class ServerFuzzTest {
    private static final int FACTOR = Integer.getInteger("fuzz.factor", 1);
    private static final int CALLS = 1_000 * FACTOR;
    private static final int CALLS_EACH = 10;

    @ParameterizedTest
    @EnumSource
    void endsEveryCallWhateverIsSaidInIt(CuriousServlet.Role role) throws Exception {
        Mutator mutator = new Mutator(role.ordinal() + 1000L * (FACTOR - 1), List.of(new byte[] {'x'}));
        for (int i = 0; i < CALLS / CALLS_EACH; i++) {
            List<String> sent = new ArrayList<>();
            try (ServerFuzz server = new ServerFuzz(role)) {
                for (int call = 0; call < CALLS_EACH; call++) {
                    int changed = mutator.below(8);
                    server.call((place, message) -> {
                        byte[] bytes = place == changed || mutator.below(8) == 0 ? mutator.mutate(message) : message;
                        sent.add(new String(bytes, StandardCharsets.ISO_8859_1));
                        return bytes;
                    });
                }
                server.check();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(role + ", server " + i + ":\n" + String.join("\n=====\n", sent), e);
            }
        }
    }

    @TestFactory
    Stream<DynamicTest> endsTheCallsOfWhatWasFoundBefore() throws IOException, URISyntaxException {
        URL directory = ServerFuzzTest.class.getResource("/fuzz/server");
        if (directory == null) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(Path.of(directory.toURI()))) {
            return files.sorted().toList().stream().flatMap(ServerFuzzTest::replays);
        }
    }

    private static Stream<DynamicTest> replays(Path file) {
        return Stream.of(CuriousServlet.Role.values())
                .map(role -> DynamicTest.dynamicTest(role + " " + file.getFileName(), () -> {
                    try (ServerFuzz server = new ServerFuzz(role)) {
                        server.inject(Files.readAllBytes(file));
                        server.check();
                    }
                }));
    }
}
