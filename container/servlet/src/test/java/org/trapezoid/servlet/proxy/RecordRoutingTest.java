// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.BOB;
import static org.trapezoid.servlet.proxy.ProxyBench.request;
import static org.trapezoid.servlet.proxy.ProxyBench.uri;
import static org.trapezoid.servlet.proxy.ProxyBench.uris;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Parameters;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** Record-Route, Path and the way back: RFC 3261 §16.4, RFC 5658. */
class RecordRoutingTest {
    private static final RecordRoute ROUTE = new RecordRoute(Parameters.of("tz", "s1"));

    private final ProxyBench bench = new ProxyBench().proxyTo(ALICE);

    @Test
    @Checklist("P24")
    @Rfc(value = 3261, section = "16.6")
    void recordsOneLooseRouteToItself() {
        bench.settings.recordRoute(ROUTE);
        bench.invite("Record-Route: <sip:192.0.2.77;lr>");

        assertThat(bench.requestTo(ALICE).headers().values(HeaderName.RECORD_ROUTE))
                .containsExactly("<sip:192.0.2.10:5060;transport=udp;lr;tz=s1>", "<sip:192.0.2.77;lr>");
    }

    @Test
    @Checklist("P24")
    void recordsASecureRouteForASecureRequest() {
        bench.settings.recordRoute(ROUTE);
        bench.application = core -> core.fork(List.of(Uri.parse("sips:bob@192.0.2.21")));
        bench.invite();

        assertThat(bench.requestTo(ALICE)
                        .headers()
                        .first(HeaderName.RECORD_ROUTE)
                        .orElseThrow())
                .startsWith("<sips:192.0.2.10:5061;lr");
    }

    @Test
    @Checklist("P25")
    @Rfc(value = 5658, section = "5")
    void recordsBothSidesWhenTheTransportChanges() {
        bench.settings.recordRoute(ROUTE);
        bench.application = core -> core.fork(List.of(Uri.parse("sip:bob@192.0.2.21;transport=tcp")));
        bench.invite();

        assertThat(bench.tcp.sentTo(ALICE).get(0).headers().values(HeaderName.RECORD_ROUTE))
                .containsExactly(
                        "<sip:192.0.2.10:5060;transport=tcp;lr;r2=on;tz=s1>",
                        "<sip:192.0.2.10:5060;transport=udp;lr;r2=on;tz=s1>");
    }

    @ParameterizedTest
    @CsvSource({"192.0.2.11, 192.0.2.11", "2001:db8::10, [2001:db8:0:0:0:0:0:10]"})
    @Checklist("P25")
    @Rfc(value = 5658, section = "5")
    void recordsBothSidesWhenOnlyTheInterfaceOrTheFamilyChanges(String host, String outUri) {
        Request.Builder builder = ProxyBench.parse(request("INVITE", "sip:bob@example.com")).toBuilder();

        ROUTE.add(
                builder,
                HeaderName.RECORD_ROUTE,
                bench.udp.listener(),
                FakeTransport.udp(host, 5060, bench.clock).listener(),
                false,
                RecordRoute.Tokens.NONE);

        assertThat(builder.build().headers().values(HeaderName.RECORD_ROUTE))
                .containsExactly(
                        "<sip:" + outUri + ":5060;transport=udp;lr;r2=on;tz=s1>",
                        "<sip:192.0.2.10:5060;transport=udp;lr;r2=on;tz=s1>");
    }

    @Test
    void leavesAUsageOfRecordRouteToTheBranch() {
        bench.settings.recordRoute(ROUTE);
        bench.application = core -> {
            core.createBranches(uris(ALICE)).get(0).settings().withoutRecordRoute();
            core.start();
        };
        bench.invite();

        assertThat(bench.requestTo(ALICE).headers().has(HeaderName.RECORD_ROUTE))
                .isFalse();
    }

    @Test
    @Rfc(value = 3327, section = "5.2")
    void putsItselfOnThePathOfARegistrationOnly() {
        bench.settings.path(ROUTE);
        bench.receive(request("REGISTER", "sip:example.com", "Path: <sip:edge.example.com;lr>"));
        assertThat(bench.requestTo(ALICE).headers().values(HeaderName.PATH))
                .containsExactly("<sip:192.0.2.10:5060;transport=udp;lr;tz=s1>", "<sip:edge.example.com;lr>");

        bench.receive(request("MESSAGE", "sip:example.com").replace("z9hG4bKcaller", "z9hG4bKother"));
        assertThat(bench.requestTo(ALICE).headers().has(HeaderName.PATH)).isFalse();
    }

    private static RoutePreprocessor.Preprocessed process(String uri, String... lines) {
        return RoutePreprocessor.process(
                ProxyBench.parse(request("INVITE", uri, lines)),
                own -> own instanceof SipUri sip && sip.host().equals("proxy.example.com") && sip.port() < 0);
    }

    @Test
    @Checklist("P5")
    @Rfc(value = 3261, section = "16.4")
    void removesItsOwnRoute() {
        var processed =
                process("sip:bob@example.com", "Route: <sip:proxy.example.com;lr;tz=1>, <sip:next.example.com;lr>");

        assertThat(processed.request().headers().values(HeaderName.ROUTE)).containsExactly("<sip:next.example.com;lr>");
        assertThat(processed.popped()).hasSize(1);
        assertThat(((SipUri) processed.popped().get(0).uri()).parameter("tz")).hasValue("1");
    }

    @Test
    @Checklist("P25")
    void removesBothValuesOfAPairButNotTheNextApplications() {
        var processed = process(
                "sip:bob@example.com",
                "Route: <sip:proxy.example.com;lr;r2=on;tz=1>",
                "Route: <sip:proxy.example.com;transport=tcp;lr;r2=on;tz=1>",
                "Route: <sip:proxy.example.com;lr;r2=on;tz=2>");

        assertThat(processed.popped()).hasSize(2);
        assertThat(processed.request().headers().values(HeaderName.ROUTE))
                .containsExactly("<sip:proxy.example.com;lr;r2=on;tz=2>");
    }

    @Test
    void removesOneOfTwoRoutesThatAreNoPair() {
        var processed = process(
                "sip:bob@example.com", "Route: <sip:proxy.example.com;lr;tz=1>, <sip:proxy.example.com;lr;tz=2>");

        assertThat(processed.popped()).hasSize(1);
    }

    @Test
    @Checklist("P4")
    @Rfc(value = 3261, section = "16.4")
    void putsBackWhatAStrictRouterMoved() {
        var processed = process(
                "sip:proxy.example.com;lr;tz=1", "Route: <sip:next.example.com;lr>", "Route: <sip:bob@example.com>");

        assertThat(processed.request().uriText()).isEqualTo("sip:bob@example.com");
        assertThat(processed.request().headers().values(HeaderName.ROUTE)).containsExactly("<sip:next.example.com;lr>");
        assertThat(processed.popped()).hasSize(1);
    }

    @ParameterizedTest
    @Checklist("P5")
    @CsvSource({
        "sip:bob@example.com;maddr=proxy.example.com;transport=udp, sip:bob@example.com",
        "sip:bob@example.com:5070;maddr=proxy.example.com, sip:bob@example.com:5070;maddr=proxy.example.com",
        "sip:bob@example.com;maddr=other.example.com, sip:bob@example.com;maddr=other.example.com",
        "sip:proxy.example.com;lr, sip:proxy.example.com;lr"
    })
    void stripsItsOwnMaddr(String received, String processed) {
        assertThat(process(received).request().uriText()).isEqualTo(processed);
    }

    @Test
    void keepsTheRequestItHasNothingToChangeIn() {
        Request request =
                ProxyBench.parse(request("INVITE", "sip:bob@example.com", "Route: <sip:next.example.com;lr>"));

        assertThat(RoutePreprocessor.process(request, own -> false).request()).isSameAs(request);
    }

    @Test
    @Checklist("P9")
    @Rfc(value = 3261, section = "16.6")
    void rewritesTheRequestForAStrictRouter() {
        bench.invite("Route: <sip:192.0.2.10;lr>", "Route: <sip:192.0.2.22;x=y>");

        Request sent = bench.requestTo(BOB);
        assertThat(sent.uriText()).isEqualTo("sip:192.0.2.22;x=y");
        assertThat(sent.headers().values(HeaderName.ROUTE)).containsExactly("<sip:bob@192.0.2.21>");
    }

    @Test
    @Checklist("P9")
    void followsALooseRoute() {
        bench.invite("Route: <sip:192.0.2.22;lr>");

        assertThat(bench.requestTo(BOB).uriText()).isEqualTo("sip:bob@192.0.2.21");
        assertThat(bench.requestTo(BOB).headers().values(HeaderName.ROUTE)).containsExactly("<sip:192.0.2.22;lr>");
    }
}
