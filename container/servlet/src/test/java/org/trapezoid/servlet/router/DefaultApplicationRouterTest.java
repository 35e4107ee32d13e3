// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.uri.Uri;

/** Chains of applications: JSR 289 §15 and appendix C. */
class DefaultApplicationRouterTest {
    private static final String THREE = """
            INVITE: ("A", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0"), \\
                    ("B", "DAR:P-Asserted-Identity", "ORIGINATING", "", "NO_ROUTE", "1"), \\
                    ("C", "DAR:To", "TERMINATING", "", "NO_ROUTE", "2")
            ALL: ("D", "sip:d@example.com", "NEUTRAL", "", "NO_ROUTE", "0")
            """;
    private static final Origin PEER = Origin.peer(FakeFlow.unreliable(new ManualClock()));

    private static Request request(String method, String... lines) {
        String text = method + " sip:bob@example.com SIP/2.0\n"
                + "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\n"
                + "From: Alice <sip:alice@example.com>;tag=1\n"
                + "To: <sip:bob@example.com>\nCall-ID: 1\nCSeq: 1 " + method + "\n"
                + String.join("\n", lines) + (lines.length == 0 ? "\n" : "\n\n");
        byte[] bytes = text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        ParseResult result = new MessageParser(Limits.DEFAULT).parseDatagram(bytes, 0, bytes.length);
        return (Request) ((ParseResult.Parsed) result).message();
    }

    private static DefaultApplicationRouter router(String dar, String... deployed) {
        DefaultApplicationRouter router = new DefaultApplicationRouter(DarFile.parse("dar.properties", dar));
        router.deployed(List.of(deployed));
        return router;
    }

    private static RoutingState behind(Selection selection) {
        return RoutingState.chosen(selection, PEER);
    }

    @Test
    void goesThroughTheChain() {
        DefaultApplicationRouter router = router(THREE, "A", "B", "C", "D");
        Request invite = request("INVITE", "P-Asserted-Identity: <tel:+15551234>");

        Selection first = router.next(invite, PEER, RoutingState.NEW);
        Selection second = router.next(invite, Origin.APPLICATION, behind(first));
        Selection third = router.next(invite, Origin.APPLICATION, behind(second));
        Selection end = router.next(invite, Origin.APPLICATION, behind(third));

        assertThat(first.application()).hasValue("A");
        assertThat(first.region()).hasValue(Region.ORIGINATING);
        assertThat(first.subscriber()).hasToString("Optional[sip:alice@example.com]");
        assertThat(second.application()).hasValue("B");
        assertThat(second.subscriber()).hasToString("Optional[tel:+15551234]");
        assertThat(third.application()).hasValue("C");
        assertThat(third.subscriber()).hasToString("Optional[sip:bob@example.com]");
        assertThat(end).isEqualTo(Selection.NONE);
    }

    @Test
    void knowsNoSubscriberWhenTheHeaderIsNotThere() {
        DefaultApplicationRouter router = router(THREE, "B");

        assertThat(router.next(request("INVITE"), PEER, RoutingState.NEW).subscriber())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"INVITE,A", "MESSAGE,D", "JUGGLE,D"})
    void takesTheChainOfTheMethodOrThatOfAll(String method, String application) {
        DefaultApplicationRouter router = router(THREE, "A", "B", "C", "D");

        assertThat(router.next(request(method), PEER, RoutingState.NEW).application())
                .hasValue(application);
    }

    @Test
    void skipsApplicationsThatAreNotDeployedAndKeepsThePlaceInTheChain() {
        DefaultApplicationRouter router = router(THREE, "A", "C");
        Selection first = router.next(request("INVITE"), PEER, RoutingState.NEW);
        assertThat(router.next(request("INVITE"), PEER, behind(first)).application())
                .hasValue("C");

        router.deployed(List.of("B"));
        router.undeployed(List.of("A"));

        assertThat(router.next(request("INVITE"), PEER, behind(first)).application())
                .hasValue("B");
        assertThat(router.next(request("INVITE"), PEER, RoutingState.NEW).application())
                .hasValue("B");
        assertThat(router.next(request("MESSAGE"), PEER, RoutingState.NEW)).isEqualTo(Selection.NONE);
    }

    @Test
    void startsAgainForANewDirectiveAndOnTheOtherSideForAReversedOne() {
        DefaultApplicationRouter router = router(THREE, "A", "B", "C");
        Request invite = request("INVITE");
        RoutingState state = behind(router.next(invite, PEER, RoutingState.NEW));

        assertThat(router.next(invite, PEER, state.with(Directive.NEW)).application())
                .hasValue("A");
        assertThat(router.next(invite, PEER, state.with(Directive.REVERSE)).application())
                .hasValue("C");
        RoutingState terminating = behind(router.next(invite, PEER, state.with(Directive.REVERSE)));
        assertThat(router.next(invite, PEER, terminating.with(Directive.REVERSE))
                        .application())
                .hasValue("A");
    }

    @Test
    void tellsInboundFromOutboundRequests() {
        DefaultApplicationRouter router = router("""
                ALL: ("A", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "0", "DIRECTION=OUTBOUND"), \\
                     ("B", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "1", "DIRECTION=INBOUND")
                """, "A", "B");

        assertThat(router.next(request("INVITE"), PEER, RoutingState.NEW).application())
                .hasValue("B");
        assertThat(router.next(request("INVITE"), Origin.APPLICATION, RoutingState.NEW)
                        .application())
                .hasValue("A");
    }

    @ParameterizedTest
    @CsvSource({
        "redirect., sip:bob@redirect.example.com, true",
        "redirect., sip:bob@Redirect.Example.com:5062, true",
        "redirect., sip:bob@redirect., false",
        "redirect., sip:redirect.@example.com, false",
        "redirect., tel:+12015550123, false",
        ".Example.com, sip:bob@west.example.COM, true",
        ".example.com, sip:bob@example.com, false",
        "example.com, sip:bob@EXAMPLE.com, true",
        "example.com, sip:bob@www.example.com, false"
    })
    void tellsRequestsApartByTheHostOfTheRequestUri(String host, String uri, boolean taken) {
        DefaultApplicationRouter router = router("""
                ALL: ("A", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "0", "DIRECTION=INBOUND HOST=%s"), \\
                     ("B", "DAR:From", "NEUTRAL", "", "NO_ROUTE", "1")
                """.formatted(host), "A", "B");
        Request invite = request("INVITE").toBuilder().uri(Uri.parse(uri)).build();

        Selection first = router.next(invite, PEER, RoutingState.NEW);

        assertThat(first.application()).hasValue(taken ? "A" : "B");
        assertThat(router.next(invite, Origin.APPLICATION, RoutingState.NEW).application())
                .hasValue("B");
    }

    // ---- regular expressions

    private static final String REG = """
            SUBSCRIBE: ("A", "DAR:To", "NEUTRAL", "", "NO_ROUTE", "0", "REGEX={%s}"), \\
                       ("B", "DAR:To", "NEUTRAL", "", "NO_ROUTE", "1")
            """;

    @ParameterizedTest
    @CsvSource({
        "Event:^reg *(;|$), Event: reg, A",
        "Event:^reg *(;|$), Event: reg ;id=4, A",
        "Event:^reg *(;|$), o: reg, A",
        "Event:^reg *(;|$), Event: regular, B",
        "Event:^reg *(;|$), Event: presence, B",
        "Event:^reg *(;|$), Subject: reg, B",
        "accept:reginfo, 'Accept: text/plain, application/reginfo+xml', A",
        "Accept:^application/, 'Accept: text/plain, application/reginfo+xml', A",
        "X-Trunk:^west$, 'X-Trunk: east\nX-Trunk: west', A",
        "X-Trunk:^west$, X-Trunk: western, B",
        "X-Trunk:(?i)^WEST$, X-Trunk: west, A",
        "Request-URI:^sip:bob@, Subject: none, A",
        "Request-URI:^sips:, Subject: none, B",
        "To:bob, Subject: none, A"
    })
    void tellsRequestsApartByAPatternOfAHeaderOrTheRequestUri(String condition, String line, String application) {
        DefaultApplicationRouter router = router(REG.formatted(condition), "A", "B");

        assertThat(router.next(request("SUBSCRIBE", line), PEER, RoutingState.NEW)
                        .application())
                .hasValue(application);
    }

    @Test
    void wantsAllOfSeveralPatternsToHold() {
        DefaultApplicationRouter router = router(REG.formatted("Event:reg} REGEX={Accept:xml"), "A", "B");

        assertThat(router.next(request("SUBSCRIBE", "Event: reg", "Accept: text/plain"), PEER, RoutingState.NEW)
                        .application())
                .hasValue("B");
        assertThat(router.next(request("SUBSCRIBE", "Event: reg", "Accept: a/xml"), PEER, RoutingState.NEW)
                        .application())
                .hasValue("A");
    }

    @Test
    void asksForThePatternOfTheOtherSideToo() {
        DefaultApplicationRouter router = router("""
                INVITE: ("A", "DAR:From", "ORIGINATING", "", "NO_ROUTE", "0"), \\
                        ("B", "DAR:To", "TERMINATING", "", "NO_ROUTE", "1", "REGEX={Subject:b}"), \\
                        ("C", "DAR:To", "TERMINATING", "", "NO_ROUTE", "2")
                """, "A", "B", "C");
        RoutingState originating = behind(router.next(request("INVITE"), PEER, RoutingState.NEW));

        assertThat(router.next(request("INVITE"), Origin.APPLICATION, originating.with(Directive.REVERSE))
                        .application())
                .hasValue("C");
        assertThat(router.next(request("INVITE", "Subject: b"), Origin.APPLICATION, originating.with(Directive.REVERSE))
                        .application())
                .hasValue("B");
    }

    private static String refusal(String condition, String line) {
        ApplicationChain chain =
                new ApplicationChain(router(REG.formatted(condition), "A", "B"), uri -> false, n -> true);
        Decision decision = chain.next(request("SUBSCRIBE", line), PEER, RoutingState.NEW);
        return decision.fold(to -> to.application(), out -> "out", reject -> reject.status() + " " + reject.reason());
    }

    @Test
    void refusesWhatIsTooLongForAPatternAndLooksAtTheRest() {
        String most = "a".repeat(Condition.LONGEST);

        assertThat(refusal("Subject:^a+$", "Subject: " + most)).isEqualTo("A");
        assertThat(refusal("Subject:^a+$", "Subject: " + most + "a")).isEqualTo("400 Subject Too Long");
        assertThat(refusal("Event:^a+$", "Subject: " + most + "a")).isEqualTo("B");
    }

    @ParameterizedTest
    @CsvSource({"^.*.*.*.*.*b", "(.*a){12}b", "^(b?)(a|aa)+\\\\1$"})
    void givesUpAPatternThatAHeaderMakesRunOn(String pattern) {
        assertThat(refusal("Subject:" + pattern, "Subject: " + "a".repeat(60) + "!"))
                .isEqualTo("500 Application Router Error");
    }

    @Test
    void countsTheStepsOfAllValuesTogether() {
        String line = "X-Many: " + "a".repeat(200); // some 20 000 steps

        assertThat(refusal("X-Many:^.*.*b", line)).isEqualTo("B");
        assertThat(refusal("X-Many:^.*.*b", (line + "\n").repeat(8).strip())).isEqualTo("500 Application Router Error");
    }

    @Test
    void survivesAPatternThatRecursesDeeply() {
        assertThat(refusal("Subject:^(?:a|b|cd)*$", "Subject: " + "ab".repeat(Condition.LONGEST / 2)))
                .isEqualTo("A");
    }

    @Test
    void givesEverythingToTheOnlyApplicationWhenThereIsNoFile() {
        DefaultApplicationRouter router = new DefaultApplicationRouter();
        assertThat(router.next(request("INVITE"), PEER, RoutingState.NEW)).isEqualTo(Selection.NONE);

        router.deployed(List.of("only"));
        Selection selection = router.next(request("MESSAGE"), PEER, RoutingState.NEW);
        assertThat(selection.application()).hasValue("only");
        assertThat(router.next(request("MESSAGE"), PEER, behind(selection))).isEqualTo(Selection.NONE);

        router.deployed(List.of("second"));
        assertThat(router.next(request("MESSAGE"), PEER, RoutingState.NEW)).isEqualTo(Selection.NONE);

        router.undeployed(List.of("only"));
        assertThat(router.next(request("MESSAGE"), PEER, RoutingState.NEW).application())
                .hasValue("second");
    }

    @Test
    void refusesAStateItDidNotGiveOut() {
        DefaultApplicationRouter router = router(THREE, "A");
        RoutingState foreign = new RoutingState(
                Directive.CONTINUE,
                Optional.empty(),
                Optional.of("elsewhere"),
                Optional.empty(),
                Optional.empty(),
                PEER);

        assertThatThrownBy(() -> router.next(request("INVITE"), PEER, foreign))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("elsewhere");
    }

    // ---- around it: the chain

    private static Decision decide(String dar, String... deployed) {
        DefaultApplicationRouter router = router(dar, "A");
        ApplicationChain chain = new ApplicationChain(
                router, uri -> uri.toString().contains("own.example.com"), List.of(deployed)::contains);
        return chain.next(request("INVITE"), PEER, RoutingState.NEW);
    }

    private static String entry(String route, String modifier) {
        return "INVITE: (\"A\", \"DAR:From\", \"ORIGINATING\", \"" + route + "\", \"" + modifier + "\", \"0\")";
    }

    private static String describe(Decision decision) {
        return decision.fold(
                to -> "application " + to.application()
                        + to.poppedRoute().map(route -> " by " + route).orElse(""),
                out -> "out " + out.routes()
                        + out.back().map(back -> " and back").orElse(""),
                reject -> "reject " + reject.status());
    }

    @ParameterizedTest
    @CsvSource({
        "'', NO_ROUTE, application A",
        "sip:as.example.com;lr, NO_ROUTE, application A",
        "sip:own.example.com;lr, ROUTE, application A by <sip:own.example.com;lr>",
        "sip:as.example.com;lr, ROUTE, out [<sip:as.example.com;lr>]",
        "sip:own.example.com;lr, ROUTE_FINAL, out [<sip:own.example.com;lr>]",
        "sip:as.example.com;lr, ROUTE_BACK, out [<sip:as.example.com;lr>] and back"
    })
    void doesWithTheRoutesWhatTheModifierSays(String route, String modifier, String decision) {
        assertThat(describe(decide(entry(route, modifier), "A"))).isEqualTo(decision);
    }

    @Test
    void carriesTheStateOfTheSelection() {
        Decision decision = decide(entry("sip:as.example.com;lr", "ROUTE_BACK"), "A");

        RoutingState back = ((Decision.SendOut) decision).back().orElseThrow();
        assertThat(back.directive()).isEqualTo(Directive.CONTINUE);
        assertThat(back.region()).hasValue(Region.ORIGINATING);
        assertThat(back.stateInfo()).hasValue(0);
        assertThat(back.application()).hasValue("A");
    }

    @Test
    void rejectsWhenTheRouterNamesAnApplicationThatIsNotThere() {
        assertThat(describe(decide(entry("", "NO_ROUTE")))).isEqualTo("reject 500");
    }

    @Test
    void rejectsWhenTheSubscriberIsNoAddress() {
        ApplicationChain chain = new ApplicationChain(
                router("INVITE: (\"A\", \"DAR:Subject\", \"NEUTRAL\", \"\", \"NO_ROUTE\", \"0\")", "A"),
                uri -> false,
                name -> true);

        assertThat(describe(chain.next(request("INVITE", "Subject: lunch"), PEER, RoutingState.NEW)))
                .isEqualTo("reject 500");
    }

    @ParameterizedTest
    @Checklist("P6")
    @CsvSource({
        "Route: <sip:own.example.com;lr>, reject 404",
        "Route: <sip:as.example.com;lr>, out []",
        "Subject: none, out []"
    })
    void sendsOutWhatNoApplicationTakesUnlessItIsForUs(String line, String decision) {
        ApplicationChain chain =
                new ApplicationChain(router(THREE), uri -> uri.toString().contains("own.example.com"), name -> true);

        assertThat(describe(chain.next(request("INVITE", line), PEER, RoutingState.NEW)))
                .isEqualTo(decision);
    }
}
