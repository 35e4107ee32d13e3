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

/**
 * Writes {@code docs/conformance.md}: every behaviour we hold ourselves to, and the tests that name its id; every other RFC, and the
 * tests that name it.
 */
class ConformanceTest {
    private static final Path ROOT = Path.of("..", "..");
    private static final Path TABLE = ROOT.resolve("docs").resolve("conformance.md");
    private static final Pattern CHECKLIST =
            Pattern.compile("@Checklist\\((\\{[^}]*}|\"[^\"]*\")\\)(.*?)\\bvoid\\s+(\\w+)\\s*\\(", Pattern.DOTALL);
    private static final Pattern RFC = Pattern.compile("@Rfc\\(value = (\\d+), section = \"([^\"]+)\"");
    private static final Pattern NAMED = Pattern.compile("`(\\w+(?:Test|IT))(?:\\.(\\w+))?`");
    private static final Pattern METHOD = Pattern.compile("\\bvoid (\\w+)\\(");
    private static final Pattern ID = Pattern.compile("\"([A-Z]\\d+)\"");

    private record Behaviour(String id, String group, String text, String source, String reason) {

        static Behaviour of(String line) {
            String[] cells = line.split("\t", -1);
            return new Behaviour(cells[0], cells[1], cells[2], cells[3], cells.length > 4 ? cells[4] : "");
        }
    }

    /**
     * What another RFC asks for.
     *
     * @param sections those that say so, with all below them; none: the whole RFC
     * @param reason why there is no test
     */
    private record Demand(String rfc, String text, List<String> sections, String reason) {

        static Demand of(String line) {
            String[] cells = line.split("\t", -1);
            List<String> sections = cells.length > 2 ? List.of(cells[2].split(",", -1)) : List.of();
            return new Demand(cells[0], cells[1], sections, cells.length > 3 ? cells[3] : "");
        }

        /** How much of a section's number it names; -1 if it says nothing of that section. */
        int nearness(String section) {
            return sections.isEmpty()
                    ? 0
                    : sections.stream()
                            .filter(each -> section.equals(each) || section.startsWith(each + "."))
                            .mapToInt(String::length)
                            .max()
                            .orElse(-1);
        }
    }

    @Test
    void everyBehaviourHasATestOrAReason() throws IOException {
        List<Behaviour> behaviours = behaviours();
        Map<String, Set<String>> tests = new TreeMap<>();
        Map<String, Map<String, Set<String>>> rfcTests = new TreeMap<>();
        collectTests(tests, rfcTests);
        List<Demand> demands = lines("/conformance/rfcs.tsv").map(Demand::of).toList();

        Files.writeString(TABLE, table(behaviours, tests) + rfcTable(demands, rfcTests));

        assertThat(behaviours).hasSize(165).allSatisfy(row -> assertThat(
                        row.reason().isEmpty() == tests.containsKey(row.id()))
                .as("%s has either a test or a reason why not", row.id())
                .isTrue());
        assertThat(behaviours).extracting(Behaviour::id).containsAll(tests.keySet());
        assertThat(demands).allSatisfy(row -> assertThat(row.reason().isEmpty()
                        == !proofs(row, demands, rfcTests).isEmpty())
                .as("RFC %s, %s: either a test or a reason why not", row.rfc(), row.text())
                .isTrue());
    }

    /** The tests of the sections that no other row names more closely. */
    private static Set<String> proofs(Demand demand, List<Demand> all, Map<String, Map<String, Set<String>>> tests) {
        Set<String> proofs = new TreeSet<>();
        tests.getOrDefault(demand.rfc(), Map.of()).forEach((section, named) -> {
            int nearness = demand.nearness(section);
            if (nearness >= 0
                    && all.stream()
                            .noneMatch(
                                    other -> other.rfc().equals(demand.rfc()) && other.nearness(section) > nearness)) {
                proofs.addAll(named);
            }
        });
        return proofs;
    }

    @Test
    void everyTestThatThePageOfBadInputNamesIsThere() throws IOException {
        Matcher named = NAMED.matcher(read(ROOT.resolve("docs").resolve("bad-input.md")));
        Map<String, String> sources = new TreeMap<>();
        for (String module : List.of("container", "sample-apps", "distribution")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module))) {
                files.filter(file -> file.toString().endsWith("Test.java")
                                || file.toString().endsWith("IT.java"))
                        .forEach(file ->
                                sources.put(file.getFileName().toString().replace(".java", ""), read(file)));
            }
        }

        while (named.find()) {
            String method = named.group(2);
            assertThat(sources).containsKey(named.group(1));
            assertThat(sources.get(named.group(1)))
                    .as(named.group())
                    .contains(method == null ? "void " : "void " + method + '(');
        }
    }

    private static List<Behaviour> behaviours() throws IOException {
        return lines("/conformance/behaviours.tsv").map(Behaviour::of).toList();
    }

    private static Stream<String> lines(String resource) throws IOException {
        try (InputStream in = Objects.requireNonNull(ConformanceTest.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines();
        }
    }

    private static void collectTests(Map<String, Set<String>> tests, Map<String, Map<String, Set<String>>> rfcTests)
            throws IOException {
        for (String module : List.of("container", "sample-apps", "distribution")) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module))) {
                files.filter(file -> file.toString().endsWith(".java")
                                && file.toString().contains("/src/test/"))
                        .forEach(file -> {
                            collect(file, tests);
                            collectRfcs(file, rfcTests);
                        });
            }
        }
    }

    /** The methods below annotations that name an RFC, by RFC and section. */
    private static void collectRfcs(Path file, Map<String, Map<String, Set<String>>> tests) {
        String type = file.getFileName().toString().replace(".java", "");
        List<String[]> pending = new ArrayList<>();
        for (String line : read(file).split("\n", -1)) {
            Matcher rfc = RFC.matcher(line);
            while (rfc.find()) {
                pending.add(new String[] {rfc.group(1), rfc.group(2)});
            }
            Matcher method = METHOD.matcher(line);
            if (method.find()) {
                pending.forEach(each -> tests.computeIfAbsent(each[0], key -> new TreeMap<>())
                        .computeIfAbsent(each[1], key -> new TreeSet<>())
                        .add(type + '.' + method.group(1)));
                pending.clear();
            }
        }
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

    private static String rfcTable(List<Demand> demands, Map<String, Map<String, Set<String>>> tests) {
        List<String> lines = new ArrayList<>(List.of(
                "",
                "## Other RFCs",
                "",
                "| RFC | Sections | Behaviour | Tests that name them |",
                "| --- | --- | --- | --- |"));
        for (Demand row : demands) {
            String proof = row.reason().isEmpty() ? String.join(", ", proofs(row, demands, tests)) : row.reason();
            String sections = row.reason().isEmpty() ? String.join(", ", row.sections()) : "";
            lines.add("| " + String.join(" | ", row.rfc(), sections, row.text(), proof) + " |");
            if (isLast(row, demands)) {
                tests.getOrDefault(row.rfc(), Map.of()).forEach((section, named) -> {
                    if (demands.stream()
                            .noneMatch(other -> other.rfc().equals(row.rfc()) && other.nearness(section) >= 0)) {
                        lines.add("| " + String.join(" | ", row.rfc(), section, "", String.join(", ", named)) + " |");
                    }
                });
            }
        }
        return String.join("\n", lines) + "\n";
    }

    private static boolean isLast(Demand row, List<Demand> demands) {
        int next = demands.indexOf(row) + 1;
        return next == demands.size() || !demands.get(next).rfc().equals(row.rfc());
    }
}
