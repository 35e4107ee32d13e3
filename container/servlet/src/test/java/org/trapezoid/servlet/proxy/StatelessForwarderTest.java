// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.trapezoid.servlet.proxy.ProxyBench.ALICE;
import static org.trapezoid.servlet.proxy.ProxyBench.CALLER;
import static org.trapezoid.servlet.proxy.ProxyBench.request;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

/** RFC 3261 §16.11. */
class StatelessForwarderTest {
    private final ProxyBench bench = new ProxyBench();
    private final StatelessForwarder forwarder = new StatelessForwarder(bench.sender, bench.transports);

    private Request forward(String text) {
        forwarder.forward(bench.udp.flowTo(CALLER), ProxyBench.parse(text));
        return bench.lastTo(ALICE);
    }

    @Test
    @Checklist("P27")
    @Rfc(value = 3261, section = "16.11")
    void sendsARetransmissionWithTheSameBranch() {
        String invite = request("INVITE", "sip:bob@192.0.2.21");

        Request first = forward(invite);
        Request second = forward(invite);

        assertThat(first.maxForwards()).isEqualTo(69);
        assertThat(first.viaCount()).isEqualTo(2);
        assertThat(first.topVia().branch().orElseThrow()).startsWith(Via.MAGIC_COOKIE);
        assertThat(second.topVia()).isEqualTo(first.topVia());
    }

    @Test
    @Checklist("P27")
    void sendsAnotherRequestWithAnotherBranch() {
        Request first = forward(request("INVITE", "sip:bob@192.0.2.21"));
        Request second = forward(request("INVITE", "sip:bob@192.0.2.21").replace("z9hG4bKcaller", "z9hG4bKcaller2"));

        assertThat(second.topVia().branch()).isNotEqualTo(first.topVia().branch());
    }

    @ParameterizedTest
    @Checklist({"P27", "C10"})
    @ValueSource(strings = {"CANCEL", "ACK"})
    void sendsCancelAndAckWithTheBranchOfTheInvite(String method) {
        Request invite = forward(request("INVITE", "sip:bob@192.0.2.21"));
        Request other = forward(request(method, "sip:bob@192.0.2.21"));

        assertThat(other.topVia().branch()).isEqualTo(invite.topVia().branch());
        assertThat(bench.udp.sentTo(CALLER)).isEmpty();
    }

    @Test
    @Checklist("P27")
    void knowsTheRequestsOfAnOldPeerByTheirFields() {
        String invite = request("INVITE", "sip:bob@192.0.2.21").replace(";branch=z9hG4bKcaller", "");
        String ack = request("ACK", "sip:bob@192.0.2.21", "To: <sip:bob@example.com>;tag=x")
                .replace(";branch=z9hG4bKcaller", "");

        Request first = forward(invite);

        assertThat(forward(invite).topVia()).isEqualTo(first.topVia());
        assertThat(forward(ack).topVia()).isEqualTo(first.topVia());
        assertThat(forward(invite.replace("CSeq: 1", "CSeq: 2")).topVia()).isNotEqualTo(first.topVia());
    }

    @Test
    @Checklist("P27")
    void forwardsAResponseByTheSecondVia() {
        Request sent = forward(request("INVITE", "sip:bob@192.0.2.21"));
        forwarder.forward(Response.to(sent, 180).toTag("x").build());

        Response forwarded = bench.lastResponse();
        assertThat(forwarded.viaCount()).isEqualTo(1);
        assertThat(forwarded.topVia().sentBy()).hasToString("192.0.2.1:5060");
    }

    @Test
    @Checklist({"P19", "P27"})
    void keepsAResponseWithoutASecondVia() {
        Request sent = forward(request("INVITE", "sip:bob@192.0.2.21"));
        Response.Builder onlyOurs = Response.to(sent, 180).remove(HeaderName.VIA);
        forwarder.forward(
                onlyOurs.addFirst(HeaderName.VIA, sent.topVia().toString()).build());

        assertThat(bench.responses()).isEmpty();
    }

    @Test
    @Checklist("P2")
    void refusesARequestThatWentTooFarButNoAck() {
        forwarder.forward(
                bench.udp.flowTo(CALLER), ProxyBench.parse(request("ACK", "sip:bob@192.0.2.21", "Max-Forwards: 0")));
        assertThat(bench.responses()).isEmpty();

        forwarder.forward(
                bench.udp.flowTo(CALLER), ProxyBench.parse(request("INVITE", "sip:bob@192.0.2.21", "Max-Forwards: 0")));
        assertThat(bench.statuses()).containsExactly(483);
    }
}
