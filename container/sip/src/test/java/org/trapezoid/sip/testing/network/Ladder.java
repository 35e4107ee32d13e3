// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Response;

/**
 * What happened on a network, to be read: a column for each endpoint, a line for each message, in order of time. One that
 * records nothing costs nothing.
 */
public final class Ladder {
    private static final int WIDTH = 15;

    /** A message from one column to another, or a note in one. */
    private record Line(Duration at, String from, String to, String text, String remark) {}

    private final Supplier<Duration> time;
    private final boolean recording;
    private final Map<String, Integer> columns = new LinkedHashMap<>();
    private final Map<String, String> calls = new LinkedHashMap<>(); // a short name for each Call-ID
    private final List<Line> lines = new ArrayList<>();

    private Ladder(Supplier<Duration> time, boolean recording) {
        this.time = time;
        this.recording = recording;
    }

    public static Ladder recording(Supplier<Duration> time) {
        return new Ladder(time, true);
    }

    public static Ladder off() {
        return new Ladder(() -> Duration.ZERO, false);
    }

    public boolean isRecording() {
        return recording;
    }

    void column(String name) {
        columns.putIfAbsent(name, columns.size());
    }

    void sent(String from, String to, Message message, Duration arrival, Duration again) {
        if (recording) {
            String twice = again.isZero() ? "" : " and " + seconds(again);
            add(from, to, message, "there " + seconds(arrival) + twice);
        }
    }

    void lost(String from, String to, Message message) {
        if (recording) {
            add(from, to, message, "LOST");
        }
    }

    private void add(String from, String to, Message message, String remark) {
        column(from);
        column(to);
        String call = calls.computeIfAbsent(
                message.headers().first(HeaderName.CALL_ID).orElse("no Call-ID"), id -> "call " + (calls.size() + 1));
        String branch = message.topBranch().orElse("no branch");
        lines.add(new Line(time.get(), from, to, label(message), remark + "; " + call + ", " + branch));
    }

    private static String label(Message message) {
        String cseq = message.headers().first(HeaderName.CSEQ).orElse("no CSeq"); // what answers nonsense may have none
        if (message instanceof Response response) {
            return response.status() + " (" + cseq + ")";
        }
        return cseq;
    }

    /** What will arrive instead of the message of the next line. */
    void forged(String to, byte[] bytes) {
        if (recording) {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            note(
                    to,
                    "will get it as "
                            + text.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n"));
        }
    }

    /** Something that somebody did or found. */
    public void note(String who, String what) {
        if (recording) {
            column(who);
            lines.add(new Line(time.get(), who, who, what, ""));
        }
    }

    /** A line of a log. */
    public void log(String line) {
        if (recording) {
            lines.add(new Line(time.get(), "", "", line, ""));
        }
    }

    /** The ladder with the log between its lines, or without. */
    public String text(boolean withLog) {
        StringBuilder out = new StringBuilder(" ".repeat(9));
        for (String name : columns.keySet()) {
            out.append(centred(name));
        }
        out.append('\n');
        for (Line line : lines) {
            if (line.from.isEmpty()) {
                if (withLog) {
                    out.append(stamp(line.at)).append("    ").append(line.text).append('\n');
                }
            } else if (line.from.equals(line.to)) {
                out.append(stamp(line.at)).append(note(line)).append('\n');
            } else {
                out.append(stamp(line.at)).append(arrow(line)).append('\n');
            }
        }
        calls.forEach((id, name) -> out.append(name).append(" is ").append(id).append('\n'));
        return out.toString();
    }

    private static String centred(String name) {
        String cut = name.length() < WIDTH ? name : name.substring(0, WIDTH - 1);
        int left = (WIDTH - cut.length()) / 2;
        return " ".repeat(left) + cut + " ".repeat(WIDTH - left - cut.length());
    }

    private String bars() {
        return centred("|").repeat(columns.size());
    }

    private String note(Line line) {
        StringBuilder row = new StringBuilder(bars());
        int at = middle(line.from);
        row.setCharAt(at, '*');
        return row.append(' ').append(line.from).append(": ").append(line.text).toString();
    }

    private int middle(String name) {
        return columns.getOrDefault(name, 0) * WIDTH + WIDTH / 2;
    }

    private String arrow(Line line) {
        StringBuilder row = new StringBuilder(bars());
        int from = middle(line.from);
        int to = middle(line.to);
        int left = Math.min(from, to);
        int right = Math.max(from, to);
        for (int i = left + 1; i < right; i++) {
            row.setCharAt(i, '-');
        }
        boolean lost = line.remark.startsWith("LOST");
        row.setCharAt(from < to ? right - 1 : left + 1, lost ? 'x' : from < to ? '>' : '<');
        String text = ' ' + line.text + ' ';
        int room = right - left - 3;
        if (text.length() > room) {
            text = text.substring(0, Math.max(0, room));
        }
        int start = left + 1 + (right - left - text.length()) / 2;
        row.replace(start, start + text.length(), text);
        return row.append(' ')
                .append(line.text)
                .append(", ")
                .append(line.remark)
                .toString();
    }

    private static String stamp(Duration at) {
        String text = seconds(at);
        return " ".repeat(Math.max(0, 8 - text.length())) + text + ' ';
    }

    private static String seconds(Duration at) {
        long millis = at.toMillis();
        String fraction = Long.toString(1000 + millis % 1000).substring(1);
        return millis / 1000 + "." + fraction;
    }
}
