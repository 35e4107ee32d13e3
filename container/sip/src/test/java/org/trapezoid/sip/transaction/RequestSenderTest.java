// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.locate.Hop;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.Uri;

class RequestSenderTest {
    private static final Hop FIRST = hop(Protocol.UDP, "192.0.2.8");
    private static final Hop SECOND = hop(Protocol.UDP, "192.0.2.9");

    private final Bench bench = new Bench();

    @Test
    @Rfc(value = 3261, section = "18.1.1")
    @Checklist("U14")
    void putsOurViaOnTopWithTheBranchAndRport() {
        Request given = Texts.outgoing("INVITE").toBuilder()
                .addFirst(HeaderName.VIA, "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKupstream")
                .build();

        Request sent = bench.send(bench.udp, given).request();

        Via via = sent.topVia();
        assertThat(via.sentBy()).isEqualTo(bench.udp.listener().advertised());
        assertThat(via.transport()).isEqualTo("UDP");
        assertThat(via.parameters().value("rport")).hasValue("");
        assertThat(sent.headers().values(HeaderName.VIA))
                .hasSize(2)
                .last()
                .isEqualTo("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKupstream");
    }

    @Test
    @Rfc(value = 3261, section = "18.1.1")
    void namesTheTransportAndAsksForNoRportOverTcp() {
        Via via = bench.send(bench.tcp, Texts.outgoing("INVITE")).request().topVia();

        assertThat(via.transport()).isEqualTo("TCP");
        assertThat(via.parameters().has("rport")).isFalse();
    }

    @Test
    @Rfc(value = 3261, section = "8.1.2")
    void findsTheNextHop() {
        Request request = Texts.outgoing("INVITE");
        Request strict =
                request.toBuilder().set(HeaderName.ROUTE, "<sip:192.0.2.8>").build();
        Request direct = request.toBuilder().remove(HeaderName.ROUTE).build();

        assertThat(NextHop.of(request)).isEqualTo(Uri.parse("sip:192.0.2.8;lr"));
        assertThat(NextHop.of(strict)).isEqualTo(Uri.parse("sip:bob@192.0.2.9"));
        assertThat(NextHop.of(direct)).isEqualTo(Uri.parse("sip:bob@192.0.2.9"));
    }

    @Test
    @Rfc(value = 3261, section = "8.1.3.1")
    @Checklist("U13")
    void tellsTheUserThatThereIsNoNextHopButNotBeforeItHasTheRequest() {
        List<String> seenInside = new ArrayList<>();
        bench.strand.run(() -> {
            bench.sender.send(bench.strand, Texts.outgoing("INVITE"), bench.client);
            seenInside.addAll(bench.client.events);
        });

        assertThat(seenInside).isEmpty();
        assertThat(bench.client.events).containsExactly("error", "terminated");
        assertThat(bench.client.errors.get(0))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("sip:192.0.2.8;lr");
    }

    @Test
    @Rfc(value = 3261, section = "8.1.3.1")
    @Checklist("U13")
    void tellsTheUserThatNoListenerSpeaksTheProtocol() {
        bench.hops.add(hop(Protocol.TLS, "192.0.2.8"));

        bench.send(Texts.outgoing("INVITE"));

        assertThat(bench.client.events).containsExactly("error", "terminated");
        assertThat(bench.client.errors.get(0)).hasMessageContaining("no TLS listener");
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    @Checklist({"X16", "P26"})
    void triesTheNextHopWithANewBranchAfterATransportError() {
        bench.hops.addAll(List.of(FIRST, SECOND));
        flow(FIRST).failWith(new IOException("unreachable"));

        OutgoingRequest invite = bench.send(Texts.outgoing("INVITE"));

        assertThat(flow(SECOND).sent()).hasSize(1);
        assertThat(invite.request()).isEqualTo(flow(SECOND).lastRequest());
        assertThat(bench.client.events).isEmpty();
        bench.respond(flow(SECOND), invite.request(), 180);
        assertThat(bench.client.events).containsExactly("180");
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    @Checklist("X16")
    void triesTheNextHopAfterATimeoutAndTellsTheUserTheLastOneOnly() {
        bench.hops.addAll(List.of(FIRST, SECOND));
        OutgoingRequest options = bench.send(Texts.outgoing("OPTIONS"));
        Request first = options.request();

        bench.advance(32_000);
        assertThat(bench.client.events).isEmpty();
        assertThat(options.request().topVia().branch())
                .isNotEqualTo(first.topVia().branch());
        bench.advance(32_000);

        assertThat(bench.client.events).containsExactly("timeout", "terminated");
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    @Checklist("X16")
    void triesTheNextHopAfter503AndPassesTheLast503Up() {
        bench.hops.addAll(List.of(FIRST, SECOND));
        OutgoingRequest invite = bench.send(Texts.outgoing("INVITE"));
        bench.respond(flow(FIRST), invite.request(), 503);
        assertThat(bench.client.events).isEmpty();

        bench.respond(flow(SECOND), invite.request(), 503);
        bench.advance(60_000);

        assertThat(bench.client.events).containsExactly("503", "terminated");
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    void failsOverNoMoreOnceCancelled() {
        bench.hops.addAll(List.of(FIRST, SECOND));
        OutgoingRequest invite = bench.send(Texts.outgoing("INVITE"));
        bench.strand.run(() -> invite.cancel(List.of()));

        bench.advance(32_000);

        assertThat(bench.client.events).containsExactly("timeout", "terminated");
        assertThat(bench.udpTransport.flows).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    void cancelsOverANewConnectionWhenThatOfTheInviteIsGone() {
        Hop hop = hop(Protocol.TCP, "192.0.2.8");
        bench.hops.add(hop);
        OutgoingRequest invite = bench.send(Texts.outgoing("INVITE"));
        FakeFlow lost = (FakeFlow) bench.tcpTransport.flowTo(hop.address());
        bench.respond(lost, invite.request(), 180);
        lost.close();
        bench.tcpTransport.flows.clear();

        bench.strand.run(() -> invite.cancel(List.of()));

        FakeFlow fresh = (FakeFlow) bench.tcpTransport.flowTo(hop.address());
        assertThat(fresh.lastRequest().method()).isEqualTo(Method.CANCEL);
        assertThat(fresh.lastRequest().topVia()).isEqualTo(invite.request().topVia());
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    @Checklist("C2")
    void answersAnInviteCancelledBeforeItWasSent487() {
        CompletableFuture<List<Hop>> pending = new CompletableFuture<>();
        RequestSender waiting =
                new RequestSender(uri -> pending, bench.layer, bench.transports, bench.identifiers, bench.flows);
        bench.strand.run(() -> {
            OutgoingRequest invite = waiting.send(bench.strand, Texts.outgoing("INVITE"), bench.client);
            invite.cancel(List.of());
        });

        pending.complete(List.of(FIRST));

        assertThat(bench.client.events).containsExactly("487", "terminated");
        assertThat(bench.client.responses.get(0).topVia().isRfc3261()).isTrue();
        assertThat(bench.udpTransport.flows).isEmpty();
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3263, section = "4")
    void sendsWhenTheLocationComesLater() {
        CompletableFuture<List<Hop>> pending = new CompletableFuture<>();
        RequestSender waiting =
                new RequestSender(uri -> pending, bench.layer, bench.transports, bench.identifiers, bench.flows);
        bench.strand.run(() -> waiting.send(bench.strand, Texts.outgoing("INVITE"), bench.client));

        pending.complete(List.of(FIRST));

        assertThat(flow(FIRST).sent()).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    void leavesOtherRequestsUncancelled() {
        OutgoingRequest options = bench.send(bench.udp, Texts.outgoing("OPTIONS"));
        bench.respond(bench.udp, options.request(), 100);

        bench.strand.run(() -> options.cancel(List.of()));

        assertThat(bench.udp.sent()).hasSize(1);
        assertThat(options.isCancelled()).isFalse();
    }

    @Test
    @Rfc(value = 3261, section = "13.2.2.4")
    @Checklist("D13")
    void sendsAnAckDirectlyAndAgainTheSame() {
        bench.hops.add(FIRST);

        Sent ack = bench.sender.sendDirect(Texts.outgoing("ACK"));
        ack.resend();

        assertThat(flow(FIRST).sent()).hasSize(2);
        assertThat(flow(FIRST).sent().get(0)).isEqualTo(flow(FIRST).sent().get(1));
        assertThat(flow(FIRST).lastRequest().topVia().isRfc3261()).isTrue();
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "16.11")
    @Checklist("P27")
    void sendsWithTheBranchOfAStatelessProxy() {
        bench.hops.add(FIRST);

        bench.sender.sendDirect(Texts.outgoing("OPTIONS"), "z9hG4bKstateless");

        assertThat(flow(FIRST).lastRequest().topVia().branch()).hasValue("z9hG4bKstateless");
    }

    @Test
    @Rfc(value = 3261, section = "18.1.1")
    @Checklist("X6")
    void sendsALargeRequestOverTcpAndFallsBackToUdp() {
        bench.hops.add(FIRST);
        Request large =
                Texts.outgoing("MESSAGE").toBuilder().body(new byte[1_300]).build();

        OutgoingRequest connected = bench.send(large);
        FakeFlow tcp = (FakeFlow) bench.tcpTransport.flowTo(FIRST.address());
        assertThat(connected.request().topVia().transport()).isEqualTo("TCP");
        assertThat(tcp.sent()).hasSize(1);

        tcp.failWith(new IOException("refused"));
        OutgoingRequest refused = bench.send(large);
        assertThat(refused.request().topVia().transport()).isEqualTo("UDP");
        assertThat(flow(FIRST).sent()).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "18.1.1")
    @Checklist("X6")
    void doesNotAskASilentPeerAgainOverUdp() {
        bench.hops.add(FIRST);
        bench.send(Texts.outgoing("MESSAGE").toBuilder().body(new byte[1_300]).build());

        bench.advance(32_000);

        assertThat(bench.client.events).containsExactly("timeout", "terminated");
        assertThat(flow(FIRST).sent()).isEmpty();
    }

    @Test
    void sendsToItself() {
        bench.hops.add(hop(Protocol.UDP, "192.0.2.10"));
        OutgoingRequest out = bench.send(Texts.outgoing("INVITE"));

        ServerTransaction in = bench.accept(bench.udp, out.request());
        bench.answer(in, 180);
        bench.layer.onResponse(bench.udp, bench.udp.lastResponse());

        assertThat(bench.client.events).containsExactly("180");
        assertThat(bench.layer.size()).isEqualTo(2);
    }

    private FakeFlow flow(Hop hop) {
        return (FakeFlow) bench.udpTransport.flowTo(hop.address());
    }

    private static Hop hop(Protocol protocol, String host) {
        return new Hop(protocol, new InetSocketAddress(host, 5060));
    }
}
