// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;
import org.trapezoid.sip.testing.Mutator;

/**
 * Changes messages of calls in progress: bits and pieces as a {@link Mutator} does, and fields taken from messages of the same and
 * of other calls, which therefore name transactions, dialogs and sessions that are there. The same seed makes the same changes.
 * Confined to the thread of the test.
 */
public final class Forger implements Distortion {
    private static final int MEMORY = 40;
    private static final String[] METHODS = {
        "INVITE",
        "ACK",
        "BYE",
        "CANCEL",
        "PRACK",
        "UPDATE",
        "INFO",
        "SUBSCRIBE",
        "NOTIFY",
        "REFER",
        "MESSAGE",
        "PUBLISH",
        "OPTIONS",
        "REGISTER",
        "UNKNOWN"
    };
    /** What makes a container do something on its own. */
    private static final String[] FIELDS = {
        "Require: 100rel",
        "Supported: 100rel, timer, replaces, outbound, path",
        "RSeq: 1",
        "RAck: 1 1 INVITE",
        "Session-Expires: 90;refresher=uac",
        "Session-Expires: 4294967295;refresher=uas",
        "Min-SE: 0",
        "Event: presence;id=7",
        "Event: refer",
        "Subscription-State: active;expires=4294967295",
        "Subscription-State: terminated;reason=noresource",
        "Expires: 4294967295",
        "Expires: 0",
        "Retry-After: 1",
        "Max-Forwards: 0",
        "Max-Breadth: 1",
        "Route: <sip:192.0.2.1;lr>",
        "Route: <sip:192.0.2.1>",
        "Route: <sip:%00@192.0.2.1;lr>",
        "Route: <tel:123>",
        "Record-Route: <sip:nobody.invalid;lr>",
        "Contact: *",
        "Contact: <sip:x@nobody.invalid>",
        "Contact: <tel:+1-201-555-0123>",
        "Contact: <sip:[::]:0>",
        "Contact: <sip:x@192.0.2.1:5060>",
        "Contact: <sip:x@203.0.113.99:1;transport=tcp>",
        "Contact: <sip:x@198.51.100.1;maddr=192.0.2.1>",
        "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1",
        "Via: SIP/2.0/TCP nobody.invalid;branch=z9hG4bK1",
        "Path: <sip:nobody.invalid;lr>",
        "Refer-To: <sip:x@nobody.invalid?Replaces=a%3Bto-tag%3Db%3Bfrom-tag%3Dc>",
        "Replaces: a;to-tag=b;from-tag=c",
        "Join: a;to-tag=b;from-tag=c",
        "Content-Length: 0",
        "Content-Length: 70000",
        "Content-Type: multipart/mixed",
        "Timestamp: 99999999999999999999",
        "CSeq: 4294967295 INVITE",
        "CSeq: 0 BYE",
        "Unsupported: 100rel",
        "Proxy-Require: x",
        "Session-ID: 0;remote=0",
        "Privacy: id;critical",
        "Reject-Contact: *;x",
        "Request-Disposition: cancel, queue"
    };

    private final Random random;
    private final int of100;
    private final Predicate<Endpoint> victims;
    private final Mutator bytes;
    private final List<byte[]> seen = new ArrayList<>();
    private long forged;

    /**
     * @param of100 how many messages of a hundred are changed
     * @param victims whose messages
     */
    public Forger(long seed, int of100, Predicate<Endpoint> victims) {
        this.random = new Random(seed);
        this.of100 = of100;
        this.victims = victims;
        this.bytes = new Mutator(
                random.nextLong(), List.of(String.join("\r\n", FIELDS).getBytes(StandardCharsets.UTF_8)));
    }

    /** How many it has changed. */
    public long forged() {
        return forged;
    }

    @Override
    public byte[] distort(InetSocketAddress from, Endpoint to, byte[] message) {
        if (!victims.test(to)) {
            return message;
        }
        remember(message);
        if (random.nextInt(100) >= of100) {
            return message;
        }
        forged++;
        byte[] changed = message;
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            changed = change(changed);
        }
        return changed;
    }

    private void remember(byte[] message) {
        if (seen.size() < MEMORY) {
            seen.add(message);
        } else {
            seen.set(random.nextInt(MEMORY), message);
        }
    }

    private byte[] change(byte[] message) {
        return switch (random.nextInt(10)) {
            case 0 -> bytes.mutate(message);
            case 1 -> Arrays.copyOf(message, random.nextInt(message.length + 1)); // cut
            case 2 -> other(); // of another call, and from a stranger
            case 3 -> lines(message, lines -> lines.add(place(lines), field(lines))); // doubled
            case 4 -> lines(message, lines -> lines.remove(place(lines)));
            case 5 -> lines(message, lines -> lines.set(0, startLine(lines.get(0))));
            case 6 -> lines(message, lines -> lines.add(place(lines), FIELDS[random.nextInt(FIELDS.length)]));
            case 7 -> lines(message, this::replaceByKnown);
            default -> lines(message, this::takeFromOther);
        };
    }

    private byte[] other() {
        return seen.get(random.nextInt(seen.size()));
    }

    private String field(List<String> lines) {
        return lines.get(place(lines));
    }

    /** Of a field; that of the start line when there is no field left. */
    private int place(List<String> lines) {
        return lines.size() < 2 ? 0 : 1 + random.nextInt(lines.size() - 1);
    }

    private String startLine(String line) {
        int space = line.indexOf(' ');
        if (space < 0) {
            return line;
        }
        return line.startsWith("SIP/2.0 ")
                ? "SIP/2.0 " + (100 + random.nextInt(600)) + " Forged"
                : METHODS[random.nextInt(METHODS.length)] + line.substring(space);
    }

    /** A field that is there gets a value that makes the container act, or appears. */
    private void replaceByKnown(List<String> lines) {
        String field = FIELDS[random.nextInt(FIELDS.length)];
        int at = indexOf(lines, name(field));
        if (at < 0) {
            lines.add(place(lines), field);
        } else {
            lines.set(at, field);
        }
    }

    /** A field of another message stands where that of this one stood. */
    private void takeFromOther(List<String> lines) {
        List<String> others = head(text(other()));
        String field = field(others);
        int at = indexOf(lines, name(field));
        if (at >= 0) {
            lines.set(at, field);
        } else {
            lines.add(place(lines), field);
        }
    }

    private static String name(String field) {
        int colon = field.indexOf(':');
        return colon < 0 ? field : field.substring(0, colon + 1);
    }

    private static int indexOf(List<String> lines, String name) {
        for (int i = 1; i < lines.size(); i++) {
            if (lines.get(i).startsWith(name)) {
                return i;
            }
        }
        return -1;
    }

    private static byte[] lines(byte[] message, java.util.function.Consumer<List<String>> change) {
        String text = text(message);
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return message;
        }
        List<String> lines = head(text);
        change.accept(lines);
        return (String.join("\r\n", lines) + text.substring(end)).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<String> head(String text) {
        int end = text.indexOf("\r\n\r\n");
        return new ArrayList<>(List.of((end < 0 ? text : text.substring(0, end)).split("\r\n", -1)));
    }

    private static String text(byte[] message) {
        return new String(message, StandardCharsets.ISO_8859_1);
    }
}
