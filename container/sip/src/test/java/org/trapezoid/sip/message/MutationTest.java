// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.trapezoid.sip.uri.SyntaxException;

/** Seeded mutations of all torture messages: a verdict for each, never an exception, never long. */
class MutationTest {
    private static final int ROUNDS = 2_000;
    private static final Duration BOUND = Duration.ofSeconds(1);
    private static final byte[][] PIECES = pieces(
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
            "\\",
            "[",
            "]",
            "=",
            "\0",
            "\u00ff",
            "\r\n ",
            "\r\n\r\n",
            "Via: ",
            "v:",
            "To: ",
            "Content-Length: 5\r\n",
            "l: -1\r\n",
            "CSeq: 4294967296 ",
            "SIP/2.0",
            "sip:",
            "tel:",
            "tag=",
            "99999999999999999999",
            "?",
            "/",
            "z9hG4bK",
            "\"\\\"",
            "<sip:");

    private final MessageParser parser = new MessageParser(Limits.DEFAULT);
    private final List<TortureMessage> seeds = TortureMessage.all();

    static IntStream seeds() {
        return IntStream.range(0, 10);
    }

    private static byte[][] pieces(String... texts) {
        byte[][] pieces = new byte[texts.length][];
        for (int i = 0; i < texts.length; i++) {
            pieces[i] = texts[i].getBytes(StandardCharsets.ISO_8859_1);
        }
        return pieces;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void neverThrowsAndNeverTakesLong(int seed) {
        Random random = new Random(seed);
        int parsed = 0;
        for (int i = 0; i < ROUNDS; i++) {
            byte[] bytes = mutate(seeds.get(random.nextInt(seeds.size())).bytes(), random);
            long before = System.nanoTime();

            ParseResult result = parser.parseDatagram(bytes, 0, bytes.length);
            if (result instanceof ParseResult.Parsed ok) {
                parsed++;
                useAll(ok.message());
            } else if (result instanceof Malformed malformed) {
                malformed.answer().ifPresent(Message::toBytes);
                assertThat(malformed.reason()).doesNotContain("\r", "\n");
            }
            stream(bytes, random);

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(BOUND);
        }
        assertThat(parsed).isBetween(ROUNDS / 50, ROUNDS - ROUNDS / 50);
    }

    private static byte[] mutate(byte[] source, Random random) {
        byte[] bytes = source;
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length + 1);
            int skip = random.nextInt(3) == 0 ? random.nextInt(Math.min(20, bytes.length - at + 1)) : 0;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(bytes, 0, at);
            if (random.nextBoolean()) {
                out.writeBytes(PIECES[random.nextInt(PIECES.length)]);
            } else {
                out.write(random.nextInt(256));
            }
            out.write(bytes, at + skip, bytes.length - at - skip);
            bytes = out.toByteArray();
        }
        return bytes;
    }

    /** What the parser accepted can be read without an exception, and forwarded so that it parses again. */
    private void useAll(Message message) {
        message.callId();
        message.cseq();
        message.from();
        message.to();
        message.topVia();
        assertThat(message.topBranch()).isEqualTo(message.topVia().branch());
        assertThat(message.fromTag()).isEqualTo(message.from().tag());
        assertThat(message.toTag()).isEqualTo(message.to().tag());
        assertThat(message.viaCount()).isPositive();
        if (message instanceof Request request) {
            request.uri();
            request.routes();
            request.maxForwards();
            byte[] response = Response.to(request, 200).toTag("x").build().toBytes();
            assertThat(parser.parseDatagram(response, 0, response.length)).isInstanceOf(ParseResult.Parsed.class);
            byte[] forwarded = request.toBuilder().uri(request.uri()).build().toBytes();
            assertThat(parser.parseDatagram(forwarded, 0, forwarded.length)).isInstanceOf(ParseResult.Parsed.class);
        }
        for (var name : message.headers().names()) {
            try {
                message.headers().values(name);
                message.headers().addresses(name);
            } catch (SyntaxException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    private void stream(byte[] bytes, Random random) {
        StreamFramer framer = new StreamFramer(parser, Limits.DEFAULT);
        int split = random.nextInt(bytes.length + 1);
        framer.append(ByteBuffer.wrap(bytes, 0, split));
        drain(framer);
        framer.append(ByteBuffer.wrap(bytes, split, bytes.length - split));
        drain(framer);
    }

    private static void drain(StreamFramer framer) {
        int results = 0;
        for (Optional<ParseResult> next = framer.next(); next.isPresent(); next = framer.next()) {
            assertThat(++results).isLessThan(1000);
        }
    }
}
