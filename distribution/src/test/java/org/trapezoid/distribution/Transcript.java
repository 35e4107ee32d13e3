// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What one participant sent and received, in order. Immutable. */
record Transcript(String name, List<Wire> messages) {

    private static final Pattern SIPP_ENTRY = Pattern.compile("(?m)^-{20,} \\d{4}-\\d\\d-\\d\\d[T ][0-9:.]+\\r"
            + "?\\n"
            + "\\S+ message (sent|received) [(\\[]\\d+[^:]*:\\r"
            + "?\\n"
            + "\\r"
            + "?\\n");

    /** Of the file that SIPp's {@code -trace_msg} writes. */
    static Transcript ofSipp(String name, String log) {
        List<Wire> messages = new ArrayList<>();
        Matcher entry = SIPP_ENTRY.matcher(log);
        int from = -1;
        boolean sent = false;
        while (entry.find()) {
            if (from >= 0) {
                messages.add(new Wire(sent, log.substring(from, entry.start())));
            }
            from = entry.end();
            sent = entry.group(1).equals("sent");
        }
        if (from >= 0) {
            messages.add(new Wire(sent, log.substring(from)));
        }
        return new Transcript(name, List.copyOf(messages));
    }

    /** What came after a number of messages. */
    Transcript after(int count) {
        return new Transcript(name, messages.subList(count, messages.size()));
    }

    /** The names of the received messages; one that came before, byte for byte, is left out. */
    List<String> received() {
        return names(false);
    }

    /** The names of the sent messages, without repetitions. */
    List<String> sent() {
        return names(true);
    }

    private List<String> names(boolean sent) {
        return messages.stream()
                .filter(message -> message.sent() == sent)
                .distinct()
                .map(Wire::name)
                .toList();
    }

    /** Every message received under a name. */
    List<Wire> allReceived(String messageName) {
        return messages.stream()
                .filter(message -> !message.sent() && message.name().equals(messageName))
                .toList();
    }

    /** The first message received under a name. */
    Wire received(String messageName) {
        return first(false, messageName);
    }

    /** The first message sent under a name. */
    Wire sent(String messageName) {
        return first(true, messageName);
    }

    private Wire first(boolean sent, String messageName) {
        return messages.stream()
                .filter(message -> message.sent() == sent && message.name().equals(messageName))
                .findFirst()
                .orElseThrow(() -> new AssertionError(
                        name + (sent ? " sent no " : " received no ") + messageName + "; it has seen\n" + this));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(name).append(":\n");
        for (Wire message : messages) {
            text.append(message).append('\n');
        }
        return text.toString();
    }
}
