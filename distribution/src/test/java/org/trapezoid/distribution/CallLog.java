// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What became of the calls of callers that are SIPp, read from its short message log. */
final class CallLog {
    private static final int SECONDS = 2;
    private static final int WAY = 3;
    private static final int CALL = 4;
    private static final int CSEQ = 5;
    private static final int LINE = 6;
    private static final int SHOWN = 5;

    private final Map<String, Stage> calls = new HashMap<>();
    private final Map<String, List<String>> lines = new HashMap<>();
    private double longest;

    private enum Stage {
        CALLED,
        RINGING,
        TALKING,
        ENDED
    }

    /** The log of one caller is added; it is over. */
    void read(Path log) throws IOException {
        double last = 0;
        for (String line : Files.readAllLines(log)) {
            String[] fields = line.split("\t");
            if (fields.length > LINE) {
                boolean received = fields[WAY].equals("R");
                if (received) {
                    double at = Double.parseDouble(fields[SECONDS]);
                    longest = last == 0 ? longest : Math.max(longest, at - last);
                    last = at;
                }
                lines.computeIfAbsent(fields[CALL], call -> new ArrayList<>()).add(line);
                calls.merge(
                        fields[CALL],
                        stage(received, fields[CSEQ], fields[LINE]),
                        (before, now) -> now.compareTo(before) > 0 ? now : before);
            }
        }
    }

    private static Stage stage(boolean received, String cseq, String line) {
        if (!received) {
            return Stage.CALLED;
        } else if (line.startsWith("SIP/2.0 200") && cseq.contains("INVITE")) {
            return Stage.TALKING;
        } else if (line.startsWith("SIP/2.0 200") && cseq.contains("BYE")) {
            return Stage.ENDED;
        }
        return line.startsWith("SIP/2.0 180") ? Stage.RINGING : Stage.CALLED;
    }

    private long stuck(Stage stage) {
        return calls.values().stream().filter(stage::equals).count();
    }

    /** What was said in some of the calls that were lost. */
    String lost() {
        return calls.entrySet().stream()
                .filter(call -> call.getValue() == Stage.TALKING || call.getValue() == Stage.RINGING)
                .limit(SHOWN)
                .map(call -> String.join("\n", lines.getOrDefault(call.getKey(), List.of())))
                .collect(Collectors.joining("\n\n"));
    }

    int calls() {
        return calls.size();
    }

    long establishedLost() {
        return stuck(Stage.TALKING);
    }

    long ringingLost() {
        return stuck(Stage.RINGING);
    }

    /** Those that had a 200, by their Call-IDs. */
    Set<String> answered() {
        Set<String> answered = new HashSet<>();
        calls.forEach((call, stage) -> {
            if (stage.compareTo(Stage.TALKING) >= 0) {
                answered.add(call);
            }
        });
        return answered;
    }

    /** Those that heard nothing but 100. */
    long refused() {
        return stuck(Stage.CALLED);
    }

    /** The longest time in which a caller of all calls of one node heard nothing. */
    double longestSilence() {
        return longest;
    }
}
