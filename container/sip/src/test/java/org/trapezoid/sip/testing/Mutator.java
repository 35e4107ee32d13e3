// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/** Changes bytes at random: the same seed makes the same changes again. Confined to one thread. */
public final class Mutator {
    private static final int LONGEST = 70_000;
    private static final String[] PIECES = {
        "\r\n",
        "\r",
        "\n",
        " ",
        "\t",
        ":",
        ";",
        ",",
        "\"",
        "<",
        ">",
        "@",
        "%",
        "%00",
        "%0D%0A",
        "\\",
        "[",
        "]",
        "=",
        "\0",
        "\u00ff",
        "\u00c0\u00af",
        "\r\n ",
        "\r\n\t",
        "\r\n\r\n",
        "Via: ",
        "v:",
        "To: ",
        "To : ",
        "Content-Length: 5\r\n",
        "l: -1\r\n",
        "Content-Length: 99999999999999999999\r\n",
        "CSeq: 4294967296 ",
        "SIP/2.0",
        "sip:",
        "sips:",
        "tel:",
        "tag=",
        ";tag=",
        "99999999999999999999",
        "2147483648",
        "-1",
        "+5",
        "0x10",
        "1e3",
        "?",
        "/",
        "z9hG4bK",
        ";branch=",
        "\"\\\"",
        "<sip:",
        ";lr",
        ";maddr=",
        ";received=",
        ";rport",
        "255.255.255.255",
        "[::]",
        "[::ffff:1.2.3.4]",
        "*",
        "q=",
        "expires=",
        "realm=",
        "nonce=",
        "qop=auth",
        "algorithm=",
        "Digest ",
        "INVITE ",
        "ACK ",
        "CANCEL ",
        "Route: ",
        "Contact: *\r\n",
        "Expires: 4294967295\r\n",
        "Require: x\r\n",
        "Record-Route: ",
        "RAck: 1 1 INVITE\r\n",
        "Max-Forwards: 0\r\n",
        "{",
        "}"
    };

    private final Random random;
    private final List<byte[]> corpus;

    /** @param corpus what is changed; pieces of all are mixed */
    public Mutator(long seed, List<byte[]> corpus) {
        this.random = new Random(seed);
        this.corpus = List.copyOf(corpus);
    }

    /** One of the corpus with one to five changes. */
    public byte[] next() {
        return mutate(corpus.get(random.nextInt(corpus.size())));
    }

    /** These bytes with one to five changes. */
    public byte[] mutate(byte[] source) {
        byte[] bytes = source;
        for (int changes = 1 + random.nextInt(5); changes > 0; changes--) {
            bytes = change(bytes);
        }
        return bytes.length <= LONGEST ? bytes : java.util.Arrays.copyOf(bytes, LONGEST);
    }

    /** A number below the bound, of the same sequence. */
    public int below(int bound) {
        return random.nextInt(bound);
    }

    private byte[] change(byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        int length = random.nextInt(Math.min(40, bytes.length - at) + 1);
        return switch (random.nextInt(10)) {
            case 0 -> replace(bytes, at, length, new byte[0]);
            case 1 -> replace(bytes, at, Math.min(length, 1), new byte[] {(byte) random.nextInt(256)});
            case 2, 3, 4 -> replace(bytes, at, random.nextInt(3) == 0 ? length : 0, piece());
            case 5 -> repeat(bytes, at, length);
            case 6 -> splice(bytes, at, length);
            case 7 -> copyLine(bytes);
            case 8 -> swapLines(bytes);
            default -> flip(bytes, at);
        };
    }

    private byte[] piece() {
        return PIECES[random.nextInt(PIECES.length)].getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] replace(byte[] bytes, int at, int removed, byte[] inserted) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + inserted.length);
        out.write(bytes, 0, at);
        out.writeBytes(inserted);
        out.write(bytes, at + removed, bytes.length - at - removed);
        return out.toByteArray();
    }

    /** A few times, seldom very often. */
    private byte[] repeat(byte[] bytes, int at, int length) {
        int times = random.nextInt(50) == 0 ? 1000 : 1 + random.nextInt(4);
        ByteArrayOutputStream more = new ByteArrayOutputStream(times * length);
        for (int i = 0; i < times; i++) {
            more.write(bytes, at, length);
        }
        return replace(bytes, at, 0, more.toByteArray());
    }

    private byte[] splice(byte[] bytes, int at, int length) {
        byte[] other = corpus.get(random.nextInt(corpus.size()));
        int from = random.nextInt(other.length + 1);
        int to = from + random.nextInt(Math.min(200, other.length - from) + 1);
        return replace(bytes, at, length, java.util.Arrays.copyOfRange(other, from, to));
    }

    private byte[] copyLine(byte[] bytes) {
        int from = lineStart(bytes, random.nextInt(bytes.length + 1));
        int to = lineEnd(bytes, from);
        int at = lineStart(bytes, random.nextInt(bytes.length + 1));
        return replace(bytes, at, 0, java.util.Arrays.copyOfRange(bytes, from, to));
    }

    private byte[] swapLines(byte[] bytes) {
        int from = lineStart(bytes, random.nextInt(bytes.length + 1));
        int to = lineEnd(bytes, from);
        byte[] line = java.util.Arrays.copyOfRange(bytes, from, to);
        byte[] without = replace(bytes, from, to - from, new byte[0]);
        return replace(without, lineStart(without, random.nextInt(without.length + 1)), 0, line);
    }

    private byte[] flip(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        if (at < flipped.length) {
            flipped[at] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    private static int lineStart(byte[] bytes, int at) {
        int start = at;
        while (start > 0 && bytes[start - 1] != '\n') {
            start--;
        }
        return start;
    }

    private static int lineEnd(byte[] bytes, int at) {
        int end = at;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        return Math.min(bytes.length, end + 1);
    }
}
