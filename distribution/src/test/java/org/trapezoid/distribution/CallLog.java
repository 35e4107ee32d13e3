// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What became of the calls of {@link CallingPhones}, read from what they have written. */
final class CallLog {
    private static final int TIME = 0;
    private static final int WAY = 1;
    private static final int CALL = 2;
    private static final int CSEQ = 3;
    private static final int LINE = 4;
    private static final int SHOWN = 5;

    private final Map<String, Stage> calls = new HashMap<>();
    private final Map<String, List<String>> lines = new HashMap<>();
    private double longest;

    private enum Stage {
        CALLED,
        REFUSED,
        RINGING,
        TALKING,
        ENDED;

        /** A caller that was refused hears no answer any more; one whose phone rang first was promised more than that. */
        Stage then(Stage next) {
            if (this == REFUSED || (next == REFUSED && this != CALLED)) {
                return this;
            }
            return next.compareTo(this) > 0 ? next : this;
        }
    }

    /** The log of one series is added; it is over. */
    void read(Path log) throws IOException {
        double last = 0;
        for (String line : Files.readAllLines(log)) {
            String[] fields = line.split("\t");
            if (fields.length > LINE) {
                boolean received = fields[WAY].equals("R");
                if (received) {
                    double at = Instant.parse(fields[TIME]).toEpochMilli() / 1000.0;
                    longest = last == 0 ? longest : Math.max(longest, at - last);
                    last = at;
                }
                lines.computeIfAbsent(fields[CALL], call -> new ArrayList<>()).add(line);
                calls.merge(fields[CALL], stage(received, fields[CSEQ], fields[LINE]), Stage::then);
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
        } else if (line.compareTo("SIP/2.0 300") >= 0 && cseq.contains("INVITE")) {
            return Stage.REFUSED;
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

    /** Those that heard nothing but 100, or were refused. */
    long refused() {
        return stuck(Stage.CALLED) + stuck(Stage.REFUSED);
    }

    /** The longest time in which all callers of one node heard nothing. */
    double longestSilence() {
        return longest;
    }
}
