// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.locate.Hop;
import org.trapezoid.sip.locate.HopHealth;
import org.trapezoid.sip.locate.ServerLocator;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.Uri;

/** The hops of a request one after another, and what is remembered of them. */
class FailoverTest {
    private static final Hop FIRST = hop(Protocol.UDP, "192.0.2.8");
    private static final Hop SECOND = hop(Protocol.UDP, "192.0.2.9");

    private final Bench bench = new Bench();
    private final HopHealth health = new HopHealth(Duration.ofSeconds(30), bench.clock::nanoTime);
    private final RequestSender sender = new RequestSender(
            new HopSelection(uri -> CompletableFuture.completedFuture(List.copyOf(bench.hops)), health, 1300),
            bench.layer,
            bench.transports,
            bench.identifiers,
            bench.flows);

    @Test
    @Rfc(value = 3263, section = "4.3")
    @Checklist("X16")
    void doesNotAskTheNextWhenTheFirstHasTheRequest() {
        bench.hops.addAll(List.of(FIRST, SECOND));
        OutgoingRequest options = send("OPTIONS");
        bench.respond(flow(FIRST), options.request(), 100);

        bench.advance(32_000);

        assertThat(bench.client.events).containsExactly("100", "timeout", "terminated");
        assertThat(flow(SECOND).sent()).isEmpty();
        assertThat(health.isSetAside(FIRST)).isFalse();
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    @Checklist({"X16", "P26"})
    void asksTheNextFirstWhileASilentOneIsSetAsideAndTriesItAgainLater() {
        bench.hops.addAll(List.of(FIRST, SECOND));
        OutgoingRequest first = send("OPTIONS");
        bench.advance(32_000);
        bench.respond(flow(SECOND), first.request(), 200);
        int toFirst = flow(FIRST).sent().size();

        OutgoingRequest second = send("OPTIONS");
        bench.respond(flow(SECOND), second.request(), 200);
        assertThat(flow(FIRST).sent()).hasSize(toFirst);

        bench.advance(30_000);
        OutgoingRequest third = send("OPTIONS");
        assertThat(flow(FIRST).sent()).hasSize(toFirst + 1);
        bench.respond(flow(FIRST), third.request(), 200);
        send("OPTIONS");
        assertThat(flow(FIRST).sent()).hasSize(toFirst + 2);
    }

    @Test
    @Rfc(value = 3261, section = "21.5.4")
    @Checklist("X16")
    void sparesAnOverloadedServerForAsLongAsItSays() {
        bench.hops.addAll(List.of(FIRST, SECOND));
        OutgoingRequest first = send("OPTIONS");
        bench.layer.onResponse(
                flow(FIRST),
                Bench.response(first.request(), 503, "1").toBuilder()
                        .set(HeaderName.RETRY_AFTER, "120 (busy);duration=3600")
                        .build());
        bench.respond(flow(SECOND), first.request(), 200);

        bench.advance(119_000);
        send("OPTIONS");
        assertThat(requests(FIRST)).isEqualTo(1);
        bench.advance(1_000);
        send("OPTIONS");
        assertThat(requests(FIRST)).isEqualTo(2);
    }

    @Test
    @Rfc(value = 3261, section = "21.5.4")
    void takesA503WithoutRetryAfterForThisRequestAlone() {
        bench.hops.addAll(List.of(FIRST, SECOND));
        OutgoingRequest first = send("OPTIONS");
        bench.respond(flow(FIRST), first.request(), 503);

        send("OPTIONS");

        assertThat(requests(SECOND)).isEqualTo(1);
        assertThat(requests(FIRST)).isEqualTo(2);
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    void passesThe503UpWhenTheHopsThatAreLeftCannotBeReached() {
        bench.hops.addAll(List.of(FIRST, hop(Protocol.TLS, "192.0.2.9")));
        OutgoingRequest options = send("OPTIONS");

        bench.respond(flow(FIRST), options.request(), 503);

        assertThat(bench.client.events).containsExactly("503");
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    @Checklist("C3")
    void cancelsAtTheHopThatHasTheInvite() {
        bench.hops.addAll(List.of(FIRST, SECOND));
        OutgoingRequest invite = send("INVITE");
        bench.advance(32_000);
        bench.respond(flow(SECOND), invite.request(), 180);
        bench.hops.clear(); // DNS says something else by now
        bench.hops.add(FIRST);

        bench.strand.run(() -> invite.cancel(List.of()));

        Request cancel = flow(SECOND).lastRequest();
        assertThat(cancel.method()).isEqualTo(Method.CANCEL);
        assertThat(cancel.topVia()).isEqualTo(invite.request().topVia());
        assertThat(flow(FIRST).lastRequest().method()).isEqualTo(Method.INVITE);
    }

    @Test
    @Rfc(value = 3261, section = "18.1.1")
    @Checklist("X6")
    void sendsWhatJustFitsAsADatagram() {
        bench.hops.add(FIRST);
        Request empty = Texts.outgoing("MESSAGE");
        OutgoingRequest sent = send(empty);
        int room = 1300 - sent.request().encodedLength();
        Request fits = empty.toBuilder().body(new byte[room - 3]).build(); // Content-Length has three digits more

        OutgoingRequest datagram = send(fits);
        OutgoingRequest stream = send(empty.toBuilder().body(new byte[room + 1]).build());

        assertThat(datagram.request().topVia().transport()).isEqualTo("UDP");
        assertThat(datagram.request().encodedLength()).isLessThanOrEqualTo(1300);
        assertThat(stream.request().topVia().transport()).isEqualTo("TCP");
    }

    @Test
    @Rfc(value = 3261, section = "18.1.1")
    @Checklist("X6")
    void triesNoConnectionAgainRightAfterItWasRefused() {
        bench.hops.add(FIRST);
        Request large =
                Texts.outgoing("MESSAGE").toBuilder().body(new byte[1_300]).build();
        FakeFlow tcp = (FakeFlow) bench.tcpTransport.flowTo(FIRST.address());
        tcp.failWith(new IOException("refused"));
        send(large);
        assertThat(requests(FIRST)).isEqualTo(1);
        bench.tcpTransport.flows.clear();

        send(large);

        assertThat(requests(FIRST)).isEqualTo(2);
        assertThat(bench.tcpTransport.flows).isEmpty();
    }

    @Test
    @Rfc(value = 3263, section = "4.3")
    void sendsAnAckToTheNextHopWhenTheFirstCannotBeReached() {
        bench.hops.addAll(List.of(FIRST, SECOND));
        flow(FIRST).failWith(new IOException("unreachable"));

        Sent ack = sender.sendDirect(Texts.outgoing("ACK"));
        ack.resend();

        assertThat(flow(SECOND).sent()).hasSize(2);
    }

    @Test
    @Rfc(value = 3263, section = "4.4")
    @Checklist("P27")
    void choosesByTheBranchWhenAStatelessProxySends() {
        List<Long> choices = new ArrayList<>();
        ServerLocator locator = new ServerLocator() {
            @Override
            public CompletableFuture<List<Hop>> locate(Uri nextHop) {
                throw new AssertionError("at random");
            }

            @Override
            public CompletableFuture<List<Hop>> locate(Uri nextHop, long choice) {
                choices.add(choice);
                return CompletableFuture.completedFuture(List.of(FIRST));
            }
        };
        RequestSender stateless =
                new RequestSender(locator, bench.layer, bench.transports, bench.identifiers, bench.flows);

        stateless.sendDirect(Texts.outgoing("OPTIONS"), "z9hG4bKone");
        stateless.sendDirect(Texts.outgoing("OPTIONS"), "z9hG4bKone");
        stateless.sendDirect(Texts.outgoing("OPTIONS"), "z9hG4bKother");

        assertThat(choices.get(0)).isEqualTo(choices.get(1)).isNotEqualTo(choices.get(2));
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    @Rfc(value = 3263, section = "5")
    @Checklist("X4")
    void answersOverTheServersOfSentByWhenTheSourceIsGone() {
        List<Uri> looked = new ArrayList<>();
        Hop server = hop(Protocol.TCP, "192.0.2.77");
        TransactionLayer layer = new TransactionLayer(
                bench.transports,
                uri -> {
                    looked.add(uri);
                    return CompletableFuture.completedFuture(List.of(server));
                },
                bench.clock.strands(),
                bench.clock,
                Timing.RFC3261,
                bench.identifiers);
        RecordingHandler handler = new RecordingHandler();
        layer.handler(handler);
        bench.tcp.close();
        ((FakeFlow) bench.tcpTransport.flowTo(bench.tcp.peer())).failWith(new IOException("refused"));
        layer.onRequest(bench.tcp, Texts.received("OPTIONS", Texts.BRANCH, "proxy.test"));
        ServerTransaction transaction = handler.transactions.get(0);

        bench.answer(transaction, 200);

        assertThat(looked).containsExactly(Uri.parse("sip:proxy.test;transport=tcp"));
        assertThat(((FakeFlow) bench.tcpTransport.flowTo(server.address()))
                        .lastResponse()
                        .status())
                .isEqualTo(200);
    }

    private OutgoingRequest send(String method) {
        return send(Texts.outgoing(method));
    }

    private OutgoingRequest send(Request request) {
        return Strand.call(bench.strand, () -> sender.send(bench.strand, request, bench.client));
    }

    private long requests(Hop hop) {
        return flow(hop).sent().size();
    }

    private FakeFlow flow(Hop hop) {
        return (FakeFlow) bench.udpTransport.flowTo(hop.address());
    }

    private static Hop hop(Protocol protocol, String host) {
        return new Hop(protocol, new InetSocketAddress(host, 5060));
    }
}
