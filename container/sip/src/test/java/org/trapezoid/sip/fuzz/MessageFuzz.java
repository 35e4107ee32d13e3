// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.dialog.RouteSet;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Malformed;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.message.StreamFramer;
import org.trapezoid.sip.transaction.NextHop;
import org.trapezoid.sip.uri.SyntaxException;

/** What is done with every message of the fuzzer. Stateless. */
final class MessageFuzz {
    private static final int SHORT = 300;
    private static final int SPLITS = 8;
    private static final MessageParser PARSER = new MessageParser(Limits.DEFAULT);

    private MessageFuzz() {}

    /** A message that was accepted can be read, forwarded and answered, and is accepted again by the next one. */
    static void useDatagram(byte[] input) {
        ParseResult result = PARSER.parseDatagram(input, 0, input.length);
        if (result instanceof ParseResult.Parsed parsed) {
            use(parsed.message());
        } else if (result instanceof Malformed malformed) {
            assertThat(malformed.reason()).doesNotContain("\r", "\n");
            malformed.answer().ifPresent(answer -> assertThat(answer.status()).isEqualTo(malformed.suggestedStatus()));
            malformed.answer().ifPresent(Message::toBytes);
        }
    }

    private static void use(Message message) {
        message.callId();
        message.cseq();
        message.from();
        message.to();
        assertThat(message.topBranch()).isEqualTo(message.topVia().branch());
        assertThat(message.fromTag()).isEqualTo(message.from().tag());
        assertThat(message.toTag()).isEqualTo(message.to().tag());
        assertThat(message.viaCount()).isPositive();
        for (HeaderName name : message.headers().names()) {
            unlessRefused(() -> message.headers().values(name));
            unlessRefused(() -> message.headers().addresses(name));
        }
        if (message instanceof Request request) {
            use(request);
        } else {
            unlessRefused(() -> RouteSet.ofUac(message));
        }
    }

    private static void use(Request request) {
        request.uri();
        request.maxForwards();
        request.routes();
        NextHop.of(request);
        unlessRefused(() -> RouteSet.ofUas(request));
        accepted(Response.to(request, 200).toTag("x").build());
        Request forwarded = request.toBuilder()
                .uri(request.uri())
                .addFirst(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKfuzz")
                .removeFirst(HeaderName.ROUTE)
                .build();
        Message again = accepted(forwarded);
        assertThat(again.viaCount()).isEqualTo(request.viaCount() + 1);
        assertThat(again.callId()).isEqualTo(request.callId());
        assertThat(again.bodyLength()).isEqualTo(request.bodyLength());
        Message back =
                accepted(forwarded.toBuilder().removeFirst(HeaderName.VIA).build());
        assertThat(back.topVia()).isEqualTo(request.topVia());
    }

    private static Message accepted(Message written) {
        byte[] bytes = written.toBytes();
        ParseResult again = PARSER.parseDatagram(bytes, 0, bytes.length);
        if (again instanceof Malformed malformed
                && (malformed.reason().contains("more than")
                        || malformed.reason().contains("too long"))) {
            return written; // what we added was the last straw
        }
        assertThat(again).as("%s", again).isInstanceOf(ParseResult.Parsed.class);
        return ((ParseResult.Parsed) again).message();
    }

    private static void unlessRefused(Runnable reading) {
        try {
            reading.run();
        } catch (SyntaxException verdict) {
            assertThat(verdict.getMessage()).isNotEmpty();
        }
    }

    /** Wherever a stream is cut into segments, the same messages come out of it. */
    static void compareSplits(byte[] input) {
        List<String> whole = new ArrayList<>();
        feed(new StreamFramer(PARSER, Limits.DEFAULT), input, 0, input.length, whole);
        if (input.length <= SHORT) {
            for (int split = 1; split < input.length; split++) {
                assertThat(split(input, split)).isEqualTo(whole);
            }
            assertThat(byteByByte(input)).isEqualTo(whole);
            return;
        }
        int step = input.length / SPLITS;
        int first = 1 + Math.floorMod(java.util.Arrays.hashCode(input), step);
        for (int split = first; split < input.length; split += step) {
            assertThat(split(input, split)).isEqualTo(whole);
        }
    }

    /** How many times {@link #compareSplits} reads the input. */
    static int splits(byte[] input) {
        return 1 + (input.length <= SHORT ? input.length : SPLITS);
    }

    private static List<String> split(byte[] input, int at) {
        List<String> results = new ArrayList<>();
        StreamFramer framer = new StreamFramer(PARSER, Limits.DEFAULT);
        feed(framer, input, 0, at, results);
        feed(framer, input, at, input.length, results);
        return results;
    }

    private static List<String> byteByByte(byte[] input) {
        List<String> results = new ArrayList<>();
        StreamFramer framer = new StreamFramer(PARSER, Limits.DEFAULT);
        for (int i = 0; i < input.length; i++) {
            feed(framer, input, i, i + 1, results);
        }
        return results;
    }

    private static void feed(StreamFramer framer, byte[] bytes, int from, int to, List<String> results) {
        framer.append(ByteBuffer.wrap(bytes, from, to - from));
        for (Optional<ParseResult> next = framer.next(); next.isPresent(); next = framer.next()) {
            results.add(
                    next.get() instanceof ParseResult.Parsed parsed
                            ? parsed.message().toString()
                            : next.get().toString());
            assertThat(results.size()).isLessThanOrEqualTo(bytes.length);
        }
    }
}
