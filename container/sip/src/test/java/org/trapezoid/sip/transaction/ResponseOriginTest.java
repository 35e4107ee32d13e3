// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.Protocol;

/** Forged responses: over a stream only who got the request may answer it. */
class ResponseOriginTest {
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.1", 5060);
    private static final InetSocketAddress PEER_AGAIN = new InetSocketAddress("192.0.2.1", 40_000);
    private static final InetSocketAddress OTHER = new InetSocketAddress("192.0.2.66", 5060);

    private final Bench bench = new Bench();

    private FakeFlow flow(Protocol protocol, InetSocketAddress peer) {
        return new FakeFlow(protocol, peer, bench.clock);
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    void takesResponsesOnlyFromTheConnectionOfTheRequest() {
        FakeFlow used = flow(Protocol.TCP, PEER);
        OutgoingRequest options = bench.send(used, Texts.outgoing("OPTIONS"));

        bench.respond(flow(Protocol.TCP, OTHER), options.request(), 200);
        bench.respond(flow(Protocol.TCP, PEER_AGAIN), options.request(), 200);
        bench.respond(bench.udp, options.request(), 200);

        assertThat(bench.client.events).isEmpty();
        bench.respond(used, options.request(), 200);
        assertThat(bench.client.events).startsWith("200");
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    void takesThemFromANewConnectionOfThePeerWhenTheOldOneIsGone() {
        FakeFlow used = flow(Protocol.TCP, PEER);
        OutgoingRequest options = bench.send(used, Texts.outgoing("OPTIONS"));
        used.close();

        bench.respond(flow(Protocol.TCP, OTHER), options.request(), 200);
        assertThat(bench.client.events).isEmpty();
        bench.respond(flow(Protocol.TCP, PEER_AGAIN), options.request(), 200);

        assertThat(bench.client.events).startsWith("200");
    }

    @Test
    @Rfc(value = 5922, section = "7.3")
    void demandsOverTlsThatTheNewConnectionProvesTheSameDomain() {
        FakeFlow used = flow(Protocol.TLS, PEER).proving("b.test");
        OutgoingRequest options = bench.send(used, Texts.outgoing("OPTIONS"));
        used.close();

        bench.respond(flow(Protocol.TLS, PEER_AGAIN), options.request(), 200);
        bench.respond(flow(Protocol.TLS, PEER_AGAIN).proving("c.test"), options.request(), 200);
        bench.respond(flow(Protocol.TCP, PEER_AGAIN), options.request(), 200);
        assertThat(bench.client.events).isEmpty();
        bench.respond(flow(Protocol.TLS, PEER_AGAIN).proving("c.test", "b.test"), options.request(), 200);

        assertThat(bench.client.events).startsWith("200");
    }
}
