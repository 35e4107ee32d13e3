// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * Writes {@code docs/interop.md} when the other end-to-end tests have run. What was played replaces the version in its row; what
 * was not played, for want of a program or because single tests were chosen, stays as it was. Where {@code CI=true} everything in
 * the table must have been played; a behaviour that is not tested any more is deleted from it by hand.
 */
class InteropTable {

    private static final Path TABLE = Path.of("..", "docs", "interop.md");
    private static final String BETWEEN = "; ";
    private static final String HEAD = """
            # Interoperation

            Written by the end-to-end tests (`mvn verify`, `InteropTable`): what programs of other makes were seen to do with this
            server, and in which version they did it last. Where `CI=true` the build fails when something in it was not done.

            | Client | Version | Transport | Behaviours |
            | --- | --- | --- | --- |
            """;

    /** Of one client, over one transport. */
    private record Row(String version, Set<String> behaviours) {

        Row and(String played, String behaviour) {
            Set<String> all = new TreeSet<>(behaviours);
            all.add(behaviour);
            return new Row(played, all);
        }
    }

    @Test
    void whatTheTableSaysWasPlayed() throws IOException {
        Map<List<String>, Row> promised = promised();
        Map<List<String>, Row> played = new TreeMap<>(InteropTable::compare);
        Map<List<String>, Row> table = new TreeMap<>(InteropTable::compare);
        table.putAll(promised);
        for (String line : lines(Interop.RECORD)) {
            String[] cells = line.split("\t", -1);
            List<String> key = List.of(cells[0], cells[2]);
            for (Map<List<String>, Row> rows : List.of(played, table)) {
                rows.put(key, rows.getOrDefault(key, new Row("", Set.of())).and(cells[1], cells[3]));
            }
        }
        Files.writeString(TABLE, text(table));
        Files.deleteIfExists(Interop.RECORD);

        if ("true".equals(System.getenv("CI")) && System.getProperty("it.test") == null) {
            assertThat(promised).allSatisfy((key, row) -> assertThat(
                            played.getOrDefault(key, new Row("", Set.of())).behaviours())
                    .as("what %s was seen to do", String.join(" over ", key))
                    .containsAll(row.behaviours()));
        }
    }

    private static int compare(List<String> one, List<String> other) {
        return String.join("\t", one).compareToIgnoreCase(String.join("\t", other));
    }

    private static Map<List<String>, Row> promised() throws IOException {
        Map<List<String>, Row> rows = new TreeMap<>(InteropTable::compare);
        List<String> lines = lines(TABLE);
        int from = lines.indexOf("| --- | --- | --- | --- |");
        for (String line : lines.subList(from + 1, lines.size())) {
            String[] cells = line.split("\\|", -1);
            if (cells.length == 6) {
                rows.put(
                        List.of(cells[1].strip(), cells[3].strip()),
                        new Row(cells[2].strip(), Set.of(cells[4].strip().split(BETWEEN))));
            }
        }
        return rows;
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static String text(Map<List<String>, Row> rows) {
        List<String> lines = new ArrayList<>();
        rows.forEach((key, row) -> lines.add("| "
                + String.join(
                        " | ",
                        key.get(0),
                        row.version(),
                        key.get(1),
                        String.join(BETWEEN, new TreeSet<>(row.behaviours())))
                + " |\n"));
        return HEAD + String.join("", lines);
    }
}
