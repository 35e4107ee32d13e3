// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.BOB;
import static org.trapezoid.servlet.proxy.ProxyBench.CALLER;
import static org.trapezoid.servlet.proxy.ProxyBench.request;

import org.junit.jupiter.api.Test;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** Requests inside a record-routed call: RFC 3261 §16.12. */
class DialogForwarderTest {
    private static final String OURS = "Route: <sip:192.0.2.10:5060;transport=udp;lr;tz=s1>";

    private final ProxyBench bench = new ProxyBench();

    private void inDialog(String method, String... more) {
        String[] lines = new String[more.length + 2];
        lines[0] = OURS;
        lines[1] = "To: <sip:bob@example.com>;tag=to21";
        System.arraycopy(more, 0, lines, 2, more.length);
        bench.receive(request(method, "sip:bob@192.0.2.21", lines));
    }

    @Test
    @Rfc(value = 3261, section = "16.12.1")
    void forwardsAByeAndItsResponse() {
        inDialog("BYE");
        bench.answer(ALICE, 200);

        Request sent = bench.requestTo(ALICE);
        assertThat(sent.uriText()).isEqualTo("sip:bob@192.0.2.21");
        assertThat(sent.headers().has(HeaderName.ROUTE)).isFalse();
        assertThat(sent.headers().has(HeaderName.RECORD_ROUTE)).isFalse();
        assertThat(sent.maxForwards()).isEqualTo(69);
        assertThat(bench.statuses()).containsExactly(200);
        assertThat(bench.core().isComplete()).isTrue();
    }

    @Test
    void goesAlongTheRestOfTheRoute() {
        inDialog("INFO", "Route: <sip:192.0.2.22;lr>");

        assertThat(bench.methodsTo(BOB)).containsExactly("INFO");
    }

    @Test
    @Checklist("P28")
    @Rfc(value = 3261, section = "16")
    void forwardsTheAckOfA2xxAsARequestOfItsOwn() {
        inDialog("ACK");

        Request ack = bench.lastTo(ALICE);
        assertThat(ack.method().name()).isEqualTo("ACK");
        assertThat(ack.viaCount()).isEqualTo(2);
        assertThat(ack.maxForwards()).isEqualTo(69);
        bench.advanceSeconds(60);
        assertThat(bench.requestsTo(ALICE)).hasSize(1);
        assertThat(bench.udp.sentTo(CALLER)).isEmpty();
    }

    @Test
    @Checklist({"P28", "T26"})
    void forwardsTheAckOfAnOldPeerThatMatchesTheInvite() {
        bench.proxyTo(ALICE);
        bench.receive(request("INVITE", "sip:bob@192.0.2.21").replace(";branch=z9hG4bKcaller", ""));
        bench.answer(ALICE, 200);
        bench.receive(request("ACK", "sip:bob@192.0.2.21", OURS, "To: <sip:bob@example.com>;tag=to21")
                .replace(";branch=z9hG4bKcaller", ""));

        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE", "ACK");
        assertThat(bench.lastTo(ALICE).headers().has(HeaderName.ROUTE)).isFalse();
    }

    @Test
    @Checklist("P28")
    void dropsAnAckThatWentTooFar() {
        inDialog("ACK", "Max-Forwards: 0");

        assertThat(bench.udp.sent()).isEmpty();
    }

    @Test
    @Checklist("P2")
    void refusesARequestThatWentTooFar() {
        inDialog("BYE", "Max-Forwards: 0");

        assertThat(bench.statuses()).containsExactly(483);
    }

    @Test
    @Checklist("C10")
    void cancelsAReInvite() {
        inDialog("INVITE");
        bench.answer(ALICE, 180);
        bench.receive(request("CANCEL", "sip:bob@192.0.2.21", OURS, "To: <sip:bob@example.com>;tag=to21"));
        assertThat(bench.methodsTo(ALICE)).containsExactly("INVITE", "CANCEL");

        bench.answerCancel(ALICE);
        assertThat(bench.lastResponse().status()).isEqualTo(487);
    }

    @Test
    void forwardsARedirectionOfAReInviteAsItIs() {
        inDialog("INVITE");
        bench.answer(ALICE, 302, "Contact: <sip:bob@192.0.2.22>");

        assertThat(bench.requestsTo(BOB)).isEmpty();
        assertThat(bench.statuses()).containsExactly(302);
    }
}
