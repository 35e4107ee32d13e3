// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** What became of the calls of callers that are SIPp, read from its short message log. */
final class CallLog {
    private static final int SECONDS = 2;
    private static final int WAY = 3;
    private static final int CALL = 4;
    private static final int CSEQ = 5;
    private static final int LINE = 6;

    private final Map<String, Stage> calls = new HashMap<>();
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

    int calls() {
        return calls.size();
    }

    long establishedLost() {
        return stuck(Stage.TALKING);
    }

    long ringingLost() {
        return stuck(Stage.RINGING);
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
