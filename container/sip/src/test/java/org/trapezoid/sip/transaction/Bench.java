// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.concurrent.Timers;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.locate.Hop;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.transport.TransportOptions;

/** A transaction layer in virtual time, with the peer and the transaction user played by the test. */
final class Bench {
    final ManualClock clock = new ManualClock();
    final FakeFlow udp = FakeFlow.unreliable(clock);
    final FakeFlow tcp = FakeFlow.reliable(clock);
    final RecordingHandler handler = new RecordingHandler();
    final RecordingClientUser client = new RecordingClientUser();
    final List<Hop> hops = new ArrayList<>();
    final ListeningPoint udpTransport = new ListeningPoint(udp.listener(), clock);
    final ListeningPoint tcpTransport = new ListeningPoint(tcp.listener(), clock);
    final TransportLayer transports = new TransportLayer(
            List.of(udpTransport, tcpTransport),
            TransportOptions.DEFAULT,
            new StackThreads(new Readers(), clock, Runnable::run));
    final Identifiers identifiers = new Identifiers(new Random(1));
    final TransactionLayer layer;
    final RequestSender sender;
    final Strand strand = clock.strands().create();

    Bench() {
        this.layer = new TransactionLayer(transports, clock.strands(), clock, Timing.RFC3261, identifiers);
        this.sender = sender(layer);
        layer.handler(handler);
    }

    /** With other time, which other threads may use. */
    Bench(Timers timers) {
        Strands strands = new Strands(Runnable::run, timers);
        this.layer = new TransactionLayer(transports, strands, timers, Timing.RFC3261, identifiers);
        this.sender = sender(layer);
        layer.handler(handler);
    }

    final FlowTokens flows = new FlowTokens(transports, new byte[32], 1);

    private RequestSender sender(TransactionLayer transactions) {
        return new RequestSender(
                uri -> CompletableFuture.completedFuture(List.copyOf(hops)),
                transactions,
                transports,
                identifiers,
                flows);
    }

    /** A request arrives. */
    void receive(Flow flow, Request request) {
        layer.onRequest(flow, request);
    }

    /** A new request arrives; its transaction. */
    ServerTransaction accept(Flow flow, Request request) {
        receive(flow, request);
        return handler.transactions.get(handler.transactions.size() - 1);
    }

    /** The transaction user answers. */
    void answer(ServerTransaction transaction, int status) {
        Strand.run(transaction, () -> {
            Request request = transaction.request();
            Response.Builder response = Response.to(request, status);
            if (status > 100) {
                response.set(
                        HeaderName.TO,
                        request.to().withTag(transaction.localTag()).toString());
            }
            transaction.send(response.build());
        });
    }

    /** Our user sends a request over a flow. */
    OutgoingRequest send(Flow flow, Request request) {
        return strand.call(() -> sender.send(strand, request, flow, client));
    }

    /** Our user sends a request to its next hop. */
    OutgoingRequest send(Request request) {
        return strand.call(() -> sender.send(strand, request, client));
    }

    /** The peer answers a request of ours. */
    void respond(Flow flow, Request request, int status) {
        layer.onResponse(flow, response(request, status, "314159"));
    }

    static Response response(Request request, int status, String toTag) {
        return Response.to(request, status)
                .set(HeaderName.TO, request.to().withTag(toTag).toString())
                .build();
    }

    void advance(long millis) {
        clock.advance(Duration.ofMillis(millis));
    }
}
