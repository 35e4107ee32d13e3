// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

class StreamFramerTest {
    private static final String INVITE = MessageParserTest.INVITE;

    private final StreamFramer framer = new StreamFramer(new MessageParser(Limits.DEFAULT), Limits.DEFAULT);

    private List<ParseResult> feed(byte[] bytes) {
        framer.append(ByteBuffer.wrap(bytes));
        List<ParseResult> results = new ArrayList<>();
        for (Optional<ParseResult> next = framer.next(); next.isPresent(); next = framer.next()) {
            results.add(next.get());
        }
        return results;
    }

    private List<ParseResult> feed(String text) {
        return feed(MessageParserTest.wire(text));
    }

    private static byte[] bytes(ParseResult result) {
        return ((ParseResult.Parsed) result).message().toBytes();
    }

    private static Malformed fatal(List<ParseResult> results) {
        assertThat(results).hasSize(1);
        Malformed malformed = (Malformed) results.get(0);
        assertThat(malformed.closeConnection()).isTrue();
        return malformed;
    }

    @Test
    @Rfc(value = 3261, section = "18.3")
    void cutsMessagesByContentLengthEvenIfABodyLooksLikeOne() {
        String inner = INVITE.replace("CSeq: 314159", "CSeq: 2");
        int length = MessageParserTest.wire(inner).length;
        String outer =
                INVITE.replace("Content-Length: 4", "Content-Length: " + length).replace("body", inner);

        List<ParseResult> results = feed(outer + INVITE + INVITE);

        assertThat(results).hasSize(3);
        assertThat(bytes(results.get(0))).isEqualTo(MessageParserTest.wire(outer));
        assertThat(bytes(results.get(1))).isEqualTo(MessageParserTest.wire(INVITE));
    }

    @Test
    void takesTheTailOfAShortContentLengthForTheNextMessage() {
        String smuggled = INVITE.replace("CSeq: 314159", "CSeq: 2");

        List<ParseResult> results =
                feed(INVITE.replace("Content-Length: 4", "Content-Length: 0").replace("body", "") + smuggled);

        assertThat(results).hasSize(2);
        assertThat(bytes(results.get(1))).isEqualTo(MessageParserTest.wire(smuggled));
    }

    @Test
    @Rfc(value = 5626, section = "3.5.1")
    @Checklist("X9")
    void reportsPingsAndIgnoresSingleLineEnds() {
        assertThat(feed("\n\n")).containsExactly(ParseResult.KeepAlive.PING);
        assertThat(feed("\n")).isEmpty();
        assertThat(feed("\n")).containsExactly(ParseResult.KeepAlive.PING);
        assertThat(feed("\n" + INVITE)).hasSize(1);
        assertThat(feed("\n\n\n\n" + INVITE)).hasSize(3);
        assertThat(framer.isInHeader()).isFalse();
    }

    @Test
    @Rfc(value = 3261, section = "20.14")
    @Checklist("X9")
    void closesWithoutContentLength() {
        Malformed malformed = fatal(feed(INVITE.replace("Content-Length: 4\n", "")));

        assertThat(malformed.answer().orElseThrow().status()).isEqualTo(400);
        assertThat(feed(INVITE)).isEmpty();
    }

    @Test
    void goesOnBehindAMalformedMessageOfKnownLength() {
        List<ParseResult> results = feed(INVITE.replace("CSeq: 314159", "CSeq: x") + INVITE);

        assertThat(results).hasSize(2);
        assertThat(((Malformed) results.get(0)).closeConnection()).isFalse();
        assertThat(results.get(1)).isInstanceOf(ParseResult.Parsed.class);
    }

    @Test
    void closesWhenTheHeaderBlockHasNoEnd() {
        StringBuilder endless = new StringBuilder(INVITE.substring(0, INVITE.indexOf("Content-Length")));
        while (endless.length() < Limits.DEFAULT.headerBlock()) {
            endless.append("X-Filler: 0123456789\n");
        }

        Malformed malformed = fatal(feed(endless.toString()));

        assertThat(malformed.suggestedStatus()).isEqualTo(513);
        assertThat(malformed.answer().orElseThrow().status()).isEqualTo(513);
    }

    @Test
    void closesOnBytesWithoutAnyLine() {
        assertThat(feed(new byte[Limits.DEFAULT.headerBlock()])).isEmpty();

        assertThat(fatal(feed(new byte[1])).answer()).isEmpty();
    }

    @Test
    void refusesABodyBeyondTheLimitBeforeItComes() {
        Malformed malformed = fatal(feed(INVITE.replace("Content-Length: 4", "Content-Length: 1048577")));

        assertThat(malformed.suggestedStatus()).isEqualTo(413);
    }

    @Test
    void reservesNothingForAnAnnouncedBody() {
        var thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        byte[] announcement = MessageParserTest.wire(INVITE.replace("Content-Length: 4", "Content-Length: 1048576"));
        long before = thread.getCurrentThreadAllocatedBytes();

        framer.append(ByteBuffer.wrap(announcement));
        Optional<ParseResult> result = framer.next();

        assertThat(thread.getCurrentThreadAllocatedBytes() - before).isLessThan(512 * 1024);
        assertThat(result).isEmpty();
        assertThat(framer.isInBody()).isTrue();
    }

    @Test
    void takesALargeBodyInSmallPieces() {
        feed(INVITE.replace("Content-Length: 4", "Content-Length: 1000000").replace("body", ""));
        byte[] piece = new byte[1000];
        List<ParseResult> results = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            results.addAll(feed(piece));
        }

        assertThat(results).hasSize(1);
        assertThat(((ParseResult.Parsed) results.get(0)).message().bodyLength()).isEqualTo(1_000_000);
    }

    @Test
    void tellsWhatItWaitsFor() {
        assertThat(framer.isInHeader()).isFalse();
        feed("INV");
        assertThat(framer.isInHeader()).isTrue();
        feed(INVITE.substring(3, INVITE.length() - 1));
        assertThat(framer.isInHeader()).isFalse();
        assertThat(framer.isInBody()).isTrue();
        assertThat(feed("y")).hasSize(1);
        assertThat(framer.isInBody()).isFalse();
    }

    @Test
    void keepsBinaryBodies() {
        byte[] head = MessageParserTest.wire(INVITE.replace("body", ""));
        byte[] body = {0, (byte) 0xff, '\r', '\n'};
        feed(head);

        List<ParseResult> results = feed(body);

        assertThat(((ParseResult.Parsed) results.get(0)).message().body()).isEqualTo(body);
        assertThat(new String(bytes(results.get(0)), StandardCharsets.ISO_8859_1))
                .endsWith("\0\u00ff\r\n");
    }
}
