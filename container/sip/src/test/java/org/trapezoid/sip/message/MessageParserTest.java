// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

class MessageParserTest {
    static final String INVITE = """
            INVITE sip:bob@biloxi.example SIP/2.0
            Via: SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bK776asdhds
            Max-Forwards: 70
            To: Bob <sip:bob@biloxi.example>
            From: Alice <sip:alice@atlanta.example>;tag=1928301774
            Call-ID: a84b4c76e66710
            CSeq: 314159 INVITE
            Contact: <sip:alice@pc33.atlanta.example>
            Content-Length: 4

            body""";

    private static final Duration LINEAR = Duration.ofSeconds(1);

    private final MessageParser parser = new MessageParser(Limits.DEFAULT);

    static byte[] wire(String text) {
        return text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
    }

    private ParseResult parse(byte[] bytes) {
        return parser.parseDatagram(bytes, 0, bytes.length);
    }

    private Request parsed(String text) {
        ParseResult result = parse(wire(text));
        assertThat(result).isInstanceOf(ParseResult.Parsed.class);
        return (Request) ((ParseResult.Parsed) result).message();
    }

    private Malformed malformed(String text) {
        ParseResult result = parse(wire(text));
        assertThat(result).isInstanceOf(Malformed.class);
        return (Malformed) result;
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\r\n", "\r\n\r\n", "\r\n\r\n\r\n"})
    void isQuietAboutEmptyDatagrams(String text) {
        assertThat(parse(text.getBytes(StandardCharsets.ISO_8859_1))).isEqualTo(ParseResult.KeepAlive.PING);
    }

    @Test
    @Rfc(value = 3261, section = "7.5")
    void skipsLineEndsBeforeTheStartLine() {
        assertThat(parsed("\n\n" + INVITE).toBytes()).isEqualTo(wire(INVITE));
    }

    @Test
    @Rfc(value = 3261, section = "18.3")
    @Checklist("X8")
    void cutsTheBodyAtContentLength() {
        assertThat(parsed(INVITE + "more").body()).isEqualTo("body".getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    @Rfc(value = 3261, section = "18.3")
    @Checklist("X8")
    void refusesARequestAndDropsAResponseThatIsTooShort() {
        Malformed request = malformed(INVITE.replace("Content-Length: 4", "Content-Length: 5"));
        Malformed response = malformed(INVITE.replace("INVITE sip:bob@biloxi.example SIP/2.0", "SIP/2.0 200 OK")
                .replace("Content-Length: 4", "Content-Length: 5"));

        assertThat(request.answer().orElseThrow().status()).isEqualTo(400);
        assertThat(response.answer()).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "18.3")
    @Checklist("X8")
    void takesTheRestOfADatagramWithoutContentLength() {
        Request request = parsed(INVITE.replace("Content-Length: 4\n", "") + "more");

        assertThat(request.body()).isEqualTo("bodymore".getBytes(StandardCharsets.ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-1", "+5", "1e3", "0x10", "99999999999999999999", "2147483648", "", "5 5", "5", "4,4", "4;x"})
    @Rfc(value = 3261, section = "20.14")
    @Checklist("E6")
    void refusesContentLength(String value) {
        Malformed malformed = malformed(INVITE.replace("Content-Length: 4", "Content-Length: " + value));

        assertThat(malformed.suggestedStatus()).isEqualTo(400);
        assertThat(malformed.answer()).isPresent();
    }

    @Test
    void refusesADatagramBeyondTheLimit() {
        MessageParser narrow = new MessageParser(new Limits(600, 500, 400, 50, 10, 10, 100, 600));
        byte[] bytes = wire(INVITE.replace("Content-Length: 4", "Content-Length: 400") + "x".repeat(400));

        Malformed malformed = (Malformed) narrow.parseDatagram(bytes, 0, bytes.length);

        assertThat(malformed.suggestedStatus()).isEqualTo(513);
        assertThat(malformed.answer().orElseThrow().status()).isEqualTo(513);
    }

    @Test
    void refusesABodyBeyondTheLimit() {
        assertThat(malformed(INVITE.replace("Content-Length: 4", "Content-Length: 1048577"))
                        .suggestedStatus())
                .isEqualTo(413);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "To: sip:c@d.example",
                "t: sip:c@d.example",
                "From : sip:c@d.example;tag=1",
                "f: sip:c@d.example;tag=1",
                "Call-ID: x",
                "i: a84b4c76e66710",
                "cseq: 314159 INVITE",
                "Max-Forwards: 70",
                "l: 4",
                "CONTENT-LENGTH: 4",
            })
    @Rfc(value = 3261, section = "8.1.1")
    @Checklist("E5")
    void refusesTwoOfWhatMustBeOne(String second) {
        assertThat(malformed(INVITE.replace("Contact:", second + "\nContact:")).suggestedStatus())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"To", "From", "Call-ID", "CSeq"})
    @Rfc(value = 3261, section = "8.1.1")
    @Checklist("E5")
    void refusesRequestsThatLackWhatMustBeThere(String name) {
        Malformed malformed = malformed(INVITE.replace("\n" + name + ":", "\nX-" + name + ":"));

        assertThat(malformed.suggestedStatus()).isEqualTo(400);
        assertThat(malformed.answer()).isPresent();
        assertThat(malformed.reason()).contains(name);
    }

    @Test
    @Checklist("E5")
    void dropsRequestsWithoutVia() {
        assertThat(malformed(INVITE.replace("Via:", "X-Via:")).answer()).isEmpty();
    }

    @Test
    @Checklist("E5")
    void takesRequestsWithoutMaxForwards() {
        assertThat(parsed(INVITE.replace("Max-Forwards: 70\n", "")).maxForwards())
                .isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"256", "-1", "x", "", "70 70"})
    @Checklist("E6")
    void refusesMaxForwards(String value) {
        assertThat(malformed(INVITE.replace("Max-Forwards: 70", "Max-Forwards: " + value))
                        .suggestedStatus())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @CsvSource({
        "SIP/1.0, 505",
        "SIP/2.1, 505",
        "SIP/22.0, 505",
        "SIP/2, 400",
        "SIP/x.y, 400",
        "HTTP/1.1, 400",
        "SIP/2.0x, 400"
    })
    @Rfc(value = 3261, section = "21.5.6")
    @Checklist("U22")
    void refusesVersion(String version, int status) {
        Malformed malformed = malformed(INVITE.replace(".example SIP/2.0\n", ".example " + version + "\n"));

        assertThat(malformed.suggestedStatus()).isEqualTo(status);
        assertThat(malformed.answer().orElseThrow().toString()).startsWith("SIP/2.0 " + status);
    }

    @Test
    @Rfc(value = 3261, section = "7.1")
    void writesTheVersionInUpperCase() {
        Request request = parsed(INVITE.replace(".example SIP/2.0\n", ".example sip/2.0\n"));

        assertThat(request.toBytes()).isEqualTo(wire(INVITE));
    }

    @Test
    void answersWithWhatCameAndATag() {
        Response answer =
                malformed(INVITE.replace("CSeq: 314159", "CSeq: x")).answer().orElseThrow();

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.callId()).isEqualTo("a84b4c76e66710");
        assertThat(answer.toTag()).isPresent();
        assertThat(answer.topVia().branch()).contains("z9hG4bK776asdhds");
        assertThat(answer.headers().first(HeaderName.CSEQ)).contains("x INVITE");
        assertThat(answer.headers().has(HeaderName.CONTACT)).isFalse();
    }

    @Test
    void neverAnswersAckOrResponses() {
        String ack = INVITE.replace("INVITE", "ACK").replace("CSeq: 314159", "CSeq: x");
        String response = INVITE.replace("INVITE sip:bob@biloxi.example SIP/2.0", "SIP/2.0 099 Low");

        assertThat(malformed(ack).answer()).isEmpty();
        assertThat(malformed(response).answer()).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "7.3.1")
    @Checklist("E1")
    void readsAllSpellingsOfAHeader() {
        Request request = parsed(INVITE.replace("To: Bob", "tO\t :\n \t Bob").replace("Call-ID:", "I :"));

        assertThat(request.to().displayName()).contains("Bob");
        assertThat(request.headers().first(HeaderName.TO)).contains("Bob <sip:bob@biloxi.example>");
        assertThat(request.callId()).isEqualTo("a84b4c76e66710");
        Request removed = request.toBuilder().remove(HeaderName.TO).build();
        assertThat(removed.toString()).doesNotContain("Bob");
    }

    @Test
    @Checklist("E1")
    void takesHeaderNamesInQuotedStringsAsText() {
        Request request = parsed(INVITE.replace("Bob <", "\"x\n Via: SIP/2.0/UDP evil\" <"));

        assertThat(request.viaCount()).isEqualTo(1);
        assertThat(request.to().displayName()).contains("x Via: SIP/2.0/UDP evil");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X: a\rVia: b", "X: a\u0085\r", "No colon here", ": empty", "X\u00a0Y: z", "To\u000b: x"})
    void refusesLinesThatOthersMightReadDifferently(String line) {
        byte[] bytes = INVITE.replace("Contact:", line + "\nContact:")
                .replace("\n", "\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);

        assertThat(parse(bytes)).isInstanceOf(Malformed.class);
    }

    @Test
    void refusesBareLineFeeds() {
        byte[] bytes = INVITE.replace("\n", "\r\n")
                .replace("Contact:", "X: y\nContact:")
                .getBytes(StandardCharsets.ISO_8859_1);

        assertThat(parse(bytes)).isInstanceOf(Malformed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {";tag=1;x=\";\";TAG=2", ";tag", ";tag;tag=1", ";tag=1;tag", ";tag=\"1\""})
    void refusesAnythingButOneTagWithAValue(String tag) {
        assertThat(malformed(INVITE.replace(";tag=1928301774", tag)).suggestedStatus())
                .isEqualTo(400);
    }

    @Test
    void keepsTheOtherViasWhenItAnswersWithASavedOne() {
        Response answer = malformed(INVITE.replace("bK776asdhds\n", "bK776asdhds;;\nVia: SIP/2.0/TCP a\n"))
                .answer()
                .orElseThrow();

        assertThat(answer.headers().all(HeaderName.VIA))
                .containsExactly("SIP/2.0/UDP pc33.atlanta.example;branch=z9hG4bK776asdhds", "SIP/2.0/TCP a");
    }

    @Test
    void refusesAStartLineBeyondTheLimit() {
        assertThat(malformed("X".repeat(9_000) + INVITE).suggestedStatus()).isEqualTo(414);
    }

    @Test
    void refusesMalformedRoutes() {
        assertThat(malformed(INVITE.replace("Contact:", "Route: <sip:p1;lr>, nonsense\nContact:"))
                        .suggestedStatus())
                .isEqualTo(400);
    }

    @Test
    void givesListHeadersByLineAndByValue() {
        Request request = parsed(
                INVITE.replace("Contact:", "Allow: INVITE, ACK\nallow: BYE,\nSubject: a, b\nP-X: c, d\nContact:"));

        assertThat(request.headers().all(HeaderName.ALLOW)).containsExactly("INVITE, ACK", "BYE,");
        assertThat(request.headers().values(HeaderName.ALLOW)).containsExactly("INVITE", "ACK", "BYE");
        assertThat(request.headers().values(HeaderName.SUBJECT)).containsExactly("a, b");
        assertThat(request.headers().values(HeaderName.of("p-x"))).containsExactly("c, d");
        assertThat(request.headers().count(HeaderName.ALLOW)).isEqualTo(2);
        assertThat(request.headers().names()).doesNotHaveDuplicates().contains(HeaderName.ALLOW);
    }

    @Test
    void keepsBytesThatAreNoUtf8() {
        byte[] bytes = wire(INVITE.replace("Contact:", "Subject: \u00ff\u00fe\u0000\nContact:"));
        Message message = ((ParseResult.Parsed) parse(bytes)).message();

        assertThat(message.toBytes()).isEqualTo(bytes);
        assertThat(((Request) message).toBuilder().build().toBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X: y\n",
                "Via: SIP/2.0/UDP a\n",
                "Contact: <sip:a@b>\n",
                "Route: <sip:a;lr>\n",
                "v:SIP/2.0/UDP a,SIP/2.0/UDP b\n"
            })
    void refusesTenThousandFieldsInLinearTime(String line) {
        byte[] bytes = wire(INVITE.replace("Contact:", line.repeat(10_000) + "Contact:"));

        long before = System.nanoTime();
        ParseResult result = parse(bytes);

        assertThat(result).isInstanceOf(Malformed.class);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(LINEAR);
    }

    @Test
    @Timeout(5)
    void limitsParametersFoldsAndLengths() {
        String parameters = ";a=b".repeat(100);
        String folds = "\n x".repeat(100_000);
        String uri = "sip:" + "a".repeat(5_000) + "@biloxi.example";
        for (String text : List.of(
                INVITE.replace("Contact:", "X: " + "y".repeat(60_000) + "\nContact:"),
                INVITE.replace("biloxi.example>", "biloxi.example>" + parameters),
                INVITE.replace("Contact:", "Subject: " + folds + "\nContact:"))) {
            assertThat(malformed(text).suggestedStatus()).isIn(400, 513);
        }
        assertThat(malformed(INVITE.replace("INVITE sip:bob@biloxi.example", "INVITE " + uri))
                        .suggestedStatus())
                .isEqualTo(414);
    }
}
