// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Writes {@code docs/conformance.md}: every behaviour we hold ourselves to, and the tests that name its id. */
class ConformanceTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final Path TABLE = ROOT.resolve("docs").resolve("conformance.md");
    private static final Pattern CHECKLIST =
            Pattern.compile("@Checklist\\((\\{[^}]*}|\"[^\"]*\")\\)(.*?)\\bvoid\\s+(\\w+)\\s*\\(", Pattern.DOTALL);
    private static final Pattern ID = Pattern.compile("\"([A-Z]\\d+)\"");

    private record Behaviour(String id, String group, String text, String source, String reason) {

        static Behaviour of(String line) {
            String[] cells = line.split("\t", -1);
            return new Behaviour(cells[0], cells[1], cells[2], cells[3], cells.length > 4 ? cells[4] : "");
        }
    }

    @Test
    void everyBehaviourHasATestOrAReason() throws IOException {
        List<Behaviour> behaviours = behaviours();
        Map<String, Set<String>> tests = tests();

        Files.writeString(TABLE, table(behaviours, tests));

        assertThat(behaviours).hasSize(165).allSatisfy(row -> assertThat(
                        row.reason().isEmpty() == tests.containsKey(row.id()))
                .as("%s has either a test or a reason why not", row.id())
                .isTrue());
        assertThat(behaviours).extracting(Behaviour::id).containsAll(tests.keySet());
    }

    private static List<Behaviour> behaviours() throws IOException {
        try (InputStream in = Objects.requireNonNull(
                ConformanceTest.class.getResourceAsStream("/conformance/behaviours.tsv"), "behaviours.tsv")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(Behaviour::of)
                    .toList();
        }
    }

    private static Map<String, Set<String>> tests() throws IOException {
        Map<String, Set<String>> tests = new TreeMap<>();
        for (String module : List.of("container", "sample-apps", "distribution")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module))) {
                files.filter(file -> file.toString().endsWith(".java")
                                && file.toString().contains("/src/test/"))
                        .forEach(file -> collect(file, tests));
            }
        }
        return tests;
    }

    private static void collect(Path file, Map<String, Set<String>> tests) {
        String type = file.getFileName().toString().replace(".java", "");
        Matcher annotated = CHECKLIST.matcher(read(file));
        while (annotated.find()) {
            Matcher id = ID.matcher(annotated.group(1));
            while (id.find()) {
                tests.computeIfAbsent(id.group(1), key -> new TreeSet<>()).add(type + '.' + annotated.group(3));
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String table(List<Behaviour> behaviours, Map<String, Set<String>> tests) {
        List<String> lines = new ArrayList<>(List.of(
                "# Conformance",
                "",
                "Written by the build (`ConformanceTest`): what RFC 3261 and its updates ask for, and the tests that"
                        + " fail when it is broken.",
                "Sections are of RFC 3261 where no other number stands before."));
        String group = "";
        for (Behaviour row : behaviours) {
            if (!row.group().equals(group)) {
                group = row.group();
                lines.addAll(List.of(
                        "", "## " + group, "", "| Id | Behaviour | Source | Tests |", "| --- | --- | --- | --- |"));
            }
            String proof =
                    row.reason().isEmpty() ? String.join(", ", tests.getOrDefault(row.id(), Set.of())) : row.reason();
            lines.add("| " + String.join(" | ", row.id(), row.text(), row.source(), proof) + " |");
        }
        return String.join("\n", lines) + "\n";
    }
}
