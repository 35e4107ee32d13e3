// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.SyntaxException;

/** All messages of RFC 4475 and RFC 5118. */
class TortureTest {
    private final MessageParser parser = new MessageParser(Limits.DEFAULT);

    static List<TortureMessage> all() {
        return TortureMessage.all();
    }

    static List<TortureMessage> parsed() {
        return TortureMessage.all().stream()
                .filter(each -> each.datagram().equals("parsed"))
                .toList();
    }

    private static String verdict(ParseResult result) {
        if (result instanceof Malformed malformed) {
            return malformed
                    .answer()
                    .map(answer -> Integer.toString(answer.status()))
                    .orElse("drop");
        }
        return result instanceof ParseResult.Parsed ? "parsed" : "keep-alive";
    }

    private Message parse(TortureMessage torture) {
        ParseResult result = parser.parseDatagram(torture.bytes(), 0, torture.bytes().length);
        assertThat(result).isInstanceOf(ParseResult.Parsed.class);
        return ((ParseResult.Parsed) result).message();
    }

    private Message parse(String file) {
        return parse(all().stream()
                .filter(each -> each.cell("file").endsWith(file))
                .findFirst()
                .orElseThrow());
    }

    @Test
    void coversBothRfcs() {
        assertThat(all()).hasSize(63);
    }

    @ParameterizedTest
    @MethodSource("all")
    @Rfc(value = 4475, section = "3")
    @Rfc(value = 5118, section = "4")
    @Checklist({"E5", "E6", "U22"})
    void givesTheVerdictOnTheDatagram(TortureMessage torture) {
        ParseResult result = parser.parseDatagram(torture.bytes(), 0, torture.bytes().length);

        assertThat(verdict(result)).as("%s", result).isEqualTo(torture.datagram());
    }

    @ParameterizedTest
    @MethodSource("parsed")
    void readsTheValuesOfTheManifest(TortureMessage torture) {
        Message message = parse(torture);

        if (message instanceof Request request) {
            assertThat(request.method().name()).isEqualTo(torture.cell("method"));
            assertThat(request.uriText()).isEqualTo(torture.cell("request_uri"));
            assertThat(request.maxForwards()).isEqualTo(numberOr(torture, "max_forwards", -1));
            if (request.uri() instanceof SipUri uri) {
                String password = uri.password().map(each -> ":" + each).orElse("");
                assertThat(uri.user().orElse("") + password).isEqualTo(torture.cell("user"));
                assertThat(uri.host()).isEqualTo(torture.cell("host"));
                assertThat(uri.port()).isEqualTo(numberOr(torture, "port", -1));
                assertThat(uri).hasToString(torture.cell("request_uri"));
            }
        } else if (message instanceof Response response) {
            assertThat(response.status()).isEqualTo(torture.number("status"));
        }
        assertThat(message.viaCount()).isEqualTo(torture.number("via_count"));
        assertThat(message.cseq().number()).isEqualTo(Long.parseLong(torture.cell("cseq_number")));
        assertThat(message.cseq().method()).isEqualTo(torture.cell("cseq_method"));
        assertThat(message.callId()).isEqualTo(torture.cell("call_id"));
        assertThat(message.fromTag().orElse("")).isEqualTo(torture.cell("from_tag"));
        assertThat(message.toTag().orElse("")).isEqualTo(torture.cell("to_tag"));
        assertThat(message.from().tag()).isEqualTo(message.fromTag());
        assertThat(message.to().tag()).isEqualTo(message.toTag());
        assertThat(message.topVia().branch()).isEqualTo(message.topBranch());
    }

    private static int numberOr(TortureMessage torture, String column, int absent) {
        return torture.cell(column).isEmpty() ? absent : torture.number(column);
    }

    @ParameterizedTest
    @MethodSource("parsed")
    void countsTheContactsOfTheManifest(TortureMessage torture) {
        Message message = parse(torture);

        assertThat(message.headers().values(HeaderName.CONTACT)).hasSize(torture.number("contact_count"));
        if (torture.isValid()) {
            assertThat(message.headers().addresses(HeaderName.CONTACT)).hasSize(torture.number("contact_count"));
        }
    }

    @ParameterizedTest
    @MethodSource("parsed")
    @Checklist({"P1", "P8", "E1"})
    void writesUnchangedMessagesByteForByte(TortureMessage torture) {
        Message message = parse(torture);

        byte[] expected = Arrays.copyOf(torture.bytes(), torture.bytes().length - torture.number("dropped_bytes"));
        assertThat(message.toBytes()).isEqualTo(expected);
        if (message.headers().has(HeaderName.CONTENT_LENGTH)) {
            assertThat(rebuilt(message).toBytes()).isEqualTo(expected);
        }
    }

    private static Message rebuilt(Message message) {
        return message instanceof Request request
                ? request.toBuilder().build()
                : ((Response) message).toBuilder().build();
    }

    @ParameterizedTest
    @MethodSource("all")
    @Rfc(value = 3261, section = "18.3")
    void givesTheSameVerdictOnAStreamWhereverItIsSplit(TortureMessage torture) {
        byte[] bytes = torture.bytes();
        for (int split = 0; split <= bytes.length; split++) {
            List<ParseResult> results = new ArrayList<>();
            StreamFramer framer = new StreamFramer(parser, Limits.DEFAULT);
            feed(framer, bytes, 0, split, results);
            feed(framer, bytes, split, bytes.length, results);
            assertStreamVerdict(torture, framer, results);
        }
    }

    private void assertStreamVerdict(TortureMessage torture, StreamFramer framer, List<ParseResult> results) {
        switch (torture.stream()) {
            case "wait" -> {
                assertThat(results).isEmpty();
                assertThat(framer.isInBody() || framer.isInHeader()).isTrue();
            }
            case "close" -> {
                assertThat(results).hasSize(1);
                assertThat(((Malformed) results.get(0)).closeConnection()).isTrue();
                assertThat(verdict(results.get(0))).isEqualTo("400");
            }
            default -> {
                assertThat(results).isNotEmpty();
                assertThat(verdict(results.get(0))).isEqualTo(torture.stream());
                if (results.get(0) instanceof ParseResult.Parsed first) {
                    assertThat(first.message().toBytes())
                            .isEqualTo(parse(torture).toBytes());
                }
            }
        }
    }

    private static void feed(StreamFramer framer, byte[] bytes, int from, int to, List<ParseResult> results) {
        framer.append(ByteBuffer.wrap(bytes, from, to - from));
        for (Optional<ParseResult> next = framer.next(); next.isPresent(); next = framer.next()) {
            results.add(next.get());
        }
    }

    @Test
    @Rfc(value = 4475, section = "3.1.1.3")
    void resolvesEscapesOnceAndOnlyInUris() {
        Request request = (Request) parse("esc01.dat");

        assertThat(((SipUri) request.uri()).userDecoded()).isEqualTo("sips:user@example.com");
        assertThat(((SipUri) request.to().uri()).userDecoded()).isEqualTo("user");
        assertThat(((SipUri) request.from().uri()).userDecoded()).isEqualTo("I have spaces");
        NameAddr contact = request.headers().addresses(HeaderName.CONTACT).get(0);
        assertThat(contact.isLooseRoute()).isTrue();
        String raw = ((SipUri) contact.uri()).parameter("name").orElseThrow();
        assertThat(SipUri.unescape(raw)).isEqualTo("value%41");
    }

    @Test
    @Rfc(value = 4475, section = "3.1.1.4")
    void keepsNulCharactersInUsers() {
        Request request = (Request) parse("escnull.dat");

        List<NameAddr> contacts = request.headers().addresses(HeaderName.CONTACT);
        assertThat(contacts.get(0).uri()).isNotEqualTo(contacts.get(1).uri());
        assertThat(((SipUri) request.to().uri()).userDecoded()).hasSize(11).contains("\0");
    }

    @Test
    @Rfc(value = 4475, section = "3.1.1.1")
    void readsQuotedPairsAndFoldedValues() {
        Message message = parse("wsinv.dat");

        assertThat(message.from().displayName()).contains("J Rosenberg \\\"");
        assertThat(message.headers().first(HeaderName.of("newfangledheader")))
                .contains("newfangled value continued newfangled value");
        assertThat(message.headers().first(HeaderName.of("UNKNOWNHEADERWITHUNUSUALVALUE")))
                .contains(";;,,;;,;");
        assertThat(message.headers().first(HeaderName.SUBJECT)).contains("");
    }

    @Test
    @Rfc(value = 4475, section = "3.1.2.12")
    void refusesTheContactWithHeadersWhenItIsUsed() {
        Message message = parse("regbadct.dat");

        assertThatThrownBy(() -> message.headers().addresses(HeaderName.CONTACT))
                .isInstanceOf(SyntaxException.class);
    }

    @Test
    @Rfc(value = 4475, section = "3.1.1.8")
    void readsWhatFollowsOnAStreamAsTheNextMessage() {
        byte[] bytes = all().stream()
                .filter(each -> each.cell("file").endsWith("dblreq.dat"))
                .findFirst()
                .orElseThrow()
                .bytes();
        List<ParseResult> results = new ArrayList<>();
        StreamFramer framer = new StreamFramer(parser, Limits.DEFAULT);

        feed(framer, bytes, 0, bytes.length, results);

        assertThat(results).hasSize(3); // its Content-Length is one line too short for its body
        assertThat(((Request) ((ParseResult.Parsed) results.get(1)).message()).method())
                .isEqualTo(Method.INVITE);
    }
}
