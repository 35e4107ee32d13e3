// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.BOB;
import static org.trapezoid.servlet.proxy.ProxyBench.uri;
import static org.trapezoid.servlet.proxy.ProxyBench.uris;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.Uri;

/** Loops and breadth: RFC 5393. */
class LoopsTest {
    private final ProxyBench bench = new ProxyBench().proxyTo(ALICE, BOB);

    /** The request as the next proxy would send it back to us. */
    private Request returning(String uri) {
        Request sent = bench.requestTo(ALICE);
        return sent.toBuilder()
                .uri(Uri.parse(uri))
                .addFirst(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKother")
                .remove(HeaderName.MAX_BREADTH)
                .build();
    }

    @Test
    @Checklist("P12")
    @Rfc(value = 5393, section = "4.2")
    void refusesARequestThatComesBackUnchanged() {
        bench.invite();
        bench.udp.receive(ALICE, returning("sip:bob@example.com"));

        assertThat(((Response) bench.udp.sentTo(ALICE).get(1)).status()).isEqualTo(482);
    }

    @Test
    @Checklist("P12")
    void letsASpiralPass() {
        bench.invite();
        bench.udp.receive(ALICE, returning("sip:carol@example.com"));

        assertThat(bench.methodsTo(BOB)).containsExactly("INVITE", "INVITE");
    }

    @Test
    @Checklist("P12")
    void followsNoRedirectionThatWouldMultiplyALoop() {
        bench.proxyTo(ALICE);
        bench.invite();
        bench.udp.receive(ALICE, returning("sip:bob@example.com"));
        Request looped = bench.requestTo(ALICE);
        bench.udp.receive(
                ALICE,
                Response.to(looped, 302)
                        .toTag("x")
                        .add(HeaderName.CONTACT, "<sip:bob@192.0.2.22>, <sip:bob@192.0.2.23>")
                        .build());

        assertThat(bench.requestsTo(BOB)).isEmpty();
    }

    @Test
    @Checklist("P13")
    @Rfc(value = 5393, section = "5.3.3")
    void addsTheRecommendedBreadth() {
        bench.proxyTo(ALICE);
        bench.invite();

        assertThat(bench.requestTo(ALICE).headers().all(HeaderName.MAX_BREADTH)).containsExactly("60");
    }

    @ParameterizedTest
    @Checklist("P13")
    @CsvSource({"8,4", "2,1", "1000,30"})
    void splitsTheBreadthAmongItsBranches(String received, String each) {
        bench.invite("Max-Breadth: " + received);

        assertThat(bench.requestTo(ALICE).headers().all(HeaderName.MAX_BREADTH)).containsExactly(each);
        assertThat(bench.requestTo(BOB).headers().all(HeaderName.MAX_BREADTH)).containsExactly(each);
    }

    @Test
    @Checklist("P13")
    void refusesMoreBranchesThanAllowedBeforeAnythingIsSent() {
        bench.application = core -> assertThatThrownBy(() -> core.fork(uris(ALICE, BOB)))
                .isInstanceOf(InsufficientBreadth.class)
                .hasMessage("cannot start 2 branches; Max-Breadth leaves 1");
        bench.invite("Max-Breadth: 1");

        assertThat(bench.requestsTo(ALICE)).isEmpty();
    }

    @Test
    @Checklist("P13")
    void usesTheBreadthOfABranchThatEndedAgain() {
        bench.settings.parallel(false);
        bench.invite("Max-Breadth: 1");
        bench.answer(ALICE, 486);

        assertThat(bench.requestTo(BOB).headers().all(HeaderName.MAX_BREADTH)).containsExactly("1");
    }

    @Test
    @Checklist("P13")
    void keepsSomeBreadthForTargetsAddedLater() {
        bench.proxyTo(ALICE);
        bench.invite();
        bench.later(core -> core.fork(uris(BOB)));

        assertThat(bench.requestTo(BOB).headers().all(HeaderName.MAX_BREADTH)).containsExactly("6");
    }
}
