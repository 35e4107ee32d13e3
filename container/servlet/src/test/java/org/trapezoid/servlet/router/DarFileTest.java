// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.sip.uri.SipUri;

/** JSR 289 appendix C. */
class DarFileTest {

    private static DarFile parse(String text) {
        return DarFile.parse("dar.properties", text);
    }

    private static List<DarEntry> chain(DarFile dar, String method) {
        return dar.chains().getOrDefault(method, List.of());
    }

    @Test
    void readsAChainInTheOrderOfItsNumbers() {
        DarFile dar = parse("""
            # who gets what
            INVITE: ("CallForwarding", "DAR:To", "TERMINATING", "", "NO_ROUTE", "1"), \\
                    ("CallWaiting", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0")
            ! another comment \\
            REGISTER=("Registrar","sip:admin@example.com","NEUTRAL","","NO_ROUTE","0")
            MESSAGE ("Archive","DAR:From","ORIGINATING","sip:as2.example.com;lr","ROUTE_BACK","0")
            """);

        assertThat(dar.chains().keySet()).containsExactlyInAnyOrder("INVITE", "REGISTER", "MESSAGE");
        assertThat(chain(dar, "INVITE"))
                .extracting(DarEntry::application)
                .containsExactly("CallWaiting", "CallForwarding");
        assertThat(chain(dar, "INVITE"))
                .extracting(DarEntry::region)
                .containsExactly(Region.ORIGINATING, Region.TERMINATING);
        DarEntry archive = chain(dar, "MESSAGE").get(0);
        assertThat(archive.modifier()).isEqualTo(RouteModifier.ROUTE_BACK);
        assertThat(archive.routes()).hasSize(1);
        assertThat(((SipUri) archive.routes().get(0).uri()).isLooseRoute()).isTrue();
    }

    @Test
    void readsEscapesOfPropertiesFilesAndOptions() {
        DarFile dar = parse("ALL=(\"caf\\u00e9\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\","
                + " \"DIRECTION=INBOUND\")\r\n");

        DarEntry entry = chain(dar, DarFile.ALL).get(0);
        assertThat(entry.application()).isEqualTo("caf\u00e9");
        assertThat(entry.options().direction()).isEqualTo(DarOptions.Direction.INBOUND);
    }

    @Test
    void readsAnEmptyFile() {
        assertThat(parse("\n  \n# nothing\n").chains()).isEmpty();
    }

    @Test
    void readsFromDisk(@TempDir Path directory) throws IOException {
        Path file = Files.writeString(
                directory.resolve("my.properties"),
                "INVITE: (\"a\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\")");

        assertThat(DarFile.read(file).chains()).containsOnlyKeys("INVITE");
        Files.writeString(file, "INVITE: a");
        assertThatThrownBy(() -> DarFile.read(file)).hasMessageStartingWith("my.properties:1: ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "INVITE: a | dar.properties:1: expected \"(\" before an application",
                "INVITE: | dar.properties:1: expected \"(\" before an application",
                "INVITE: (a) | dar.properties:1: expected an application name in quotation marks",
                "INVITE: (\"a | dar.properties:1: expected a closing quotation mark after an application name",
                "INVITE: (\"a\") | dar.properties:1: expected \",\" before a subscriber",
                "INVITE: (\"a\",\"DAR:\") | dar.properties:1: expected a header name after \"DAR:\"",
                "INVITE: (\"a\",\"DAR:x=y\") | dar.properties:1: expected a header name after \"DAR:\", found \"x=y\"",
                "INVITE: (\"a\",\"nobody\") | dar.properties:1: expected a subscriber URI or \"DAR:\" and a header"
                        + " name, found \"nobody\"",
                "INVITE: (\"a\",\"DAR:From\",\"UP\") | dar.properties:1: expected ORIGINATING, TERMINATING or NEUTRAL,"
                        + " found \"UP\"",
                "INVITE: (\"a\",\"DAR:From\",\"NEUTRAL\",\"x\") | dar.properties:1: expected a SIP URI as route, found"
                        + " \"x\"",
                "INVITE: (\"a\",\"DAR:From\",\"NEUTRAL\",\"\",\"BACK\") | dar.properties:1: expected ROUTE,"
                        + " ROUTE_BACK, ROUTE_FINAL or NO_ROUTE, found \"BACK\"",
                "INVITE: (\"a\",\"DAR:From\",\"NEUTRAL\",\"\",\"ROUTE\",\"0\") | dar.properties:1: expected a route,"
                        + " because the modifier is ROUTE",
                "INVITE: (\"a\",\"DAR:From\",\"NEUTRAL\",\"\",\"NO_ROUTE\",\"-1\") | dar.properties:1: expected an"
                        + " order number, the first one \"0\", found \"-1\"",
                "INVITE: (\"a\",\"DAR:From\",\"NEUTRAL\",\"\",\"NO_ROUTE\",\"0\",\"REGEX=.*\") | dar.properties:1:"
                        + " expected the options DIRECTION=INBOUND, DIRECTION=OUTBOUND, HOST=name or"
                        + " REGEX={header:pattern}, found \"REGEX=.*\"",
                "INVITE: (\"a\",\"DAR:From\",\"NEUTRAL\",\"\",\"NO_ROUTE\",\"0\" | dar.properties:1: expected \")\""
                        + " after an application",
                "INVITE: (\"a\",\"DAR:From\",\"NEUTRAL\",\"\",\"NO_ROUTE\",\"0\") x | dar.properties:1: expected \",\""
                        + " and another application, or the end of the line",
                "invite: (\"a\") | dar.properties:1: expected a SIP method in upper case or ALL, found \"invite\"",
                "INVITE: \\u12 | dar.properties:1: expected four hexadecimal digits after \\u"
            })
    void saysWhereAndWhatItExpected(String line, String message) {
        assertThatThrownBy(() -> parse(line)).isInstanceOf(DarException.class).hasMessage(message);
    }

    @Test
    void namesTheLineOfAContinuedChain() {
        assertThatThrownBy(() -> parse("""
                # first
                INVITE: ("a", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "0"), \\
                        ("b", "DAR:From", "DOWN", "", "NO_ROUTE", "1")
                """))
                .hasMessage("dar.properties:3: expected ORIGINATING, TERMINATING or NEUTRAL, found \"DOWN\"");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "REGEX={Event:(} | a regular expression for Event, found \"(\": Unclosed group",
                "REGEX={Event:reg | \"}\" after REGEX={header:pattern",
                "REGEX={Event:reg\\\\} | \"}\" after REGEX={header:pattern",
                "REGEX={reg} | a header name, \":\" and a pattern in REGEX={}, found \"reg\"",
                "REGEX={ a b : reg } | a header name or Request-URI in REGEX={}, found \"a b\"",
                "REGEX={Event:} | a pattern for Event"
            })
    void refusesAPatternThatIsNoneWithItsLine(String options, String expectation) {
        String text = """
                # first
                SUBSCRIBE: ("a", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "0"), \\
                    ("b", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "1", "HOST=example.com %s")
                """.formatted(options);

        assertThatThrownBy(() -> parse(text)).hasMessage("dar.properties:3: expected " + expectation);
    }

    @Test
    void readsSeveralOptionsOfWhichAPatternMayHoldBlanksAndBraces() {
        DarOptions options = chain(
                        parse("ALL: (\"a\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\","
                                + " \" REGEX={o: ^[a-z]{3} x\\\\{ } HOST=A.test  REGEX={request-uri:^tel:}\")"),
                        DarFile.ALL)
                .get(0)
                .options();

        assertThat(options.host()).isEqualTo("a.test");
        assertThat(options.conditions())
                .extracting(Condition::toString)
                .containsExactly("Event:^[a-z]{3} x\\{", "Request-URI:^tel:");
    }

    @Test
    void refusesTwoChainsForAMethodAndTwoEntriesForANumber() {
        String entry = "(\"a\", \"DAR:From\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\")";

        assertThatThrownBy(() -> parse("INVITE: " + entry + "\nBYE: " + entry + "\nINVITE: " + entry))
                .hasMessage("dar.properties:3: INVITE is already defined in line 1; write one chain");
        assertThatThrownBy(() -> parse("INVITE: " + entry + ", " + entry))
                .hasMessage("dar.properties:1: expected an order number of its own; 0 is taken");
        assertThat(chain(parse("INVITE: " + entry), "INVITE")).hasSize(1);
    }
}
