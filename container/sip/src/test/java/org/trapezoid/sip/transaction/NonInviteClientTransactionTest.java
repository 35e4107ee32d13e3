// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

class NonInviteClientTransactionTest {
    private final Bench bench = new Bench();

    @Test
    @Rfc(value = 3261, section = "17.1.2.2")
    @Checklist({"T13", "T15"})
    void retransmitsOverUdpUpToT2UntilTimerF() {
        bench.send(bench.udp, Texts.outgoing("OPTIONS"));

        bench.advance(60_000);

        assertThat(bench.udp.sentAt())
                .containsExactly(Times.of(0, 500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500));
        assertThat(bench.client.events).containsExactly("timeout", "terminated");
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "17.1.2.2")
    @Checklist("T14")
    void goesOnEveryT2AfterAProvisionalResponse() {
        OutgoingRequest options = bench.send(bench.udp, Texts.outgoing("OPTIONS"));
        bench.advance(600);
        bench.respond(bench.udp, options.request(), 100);

        bench.advance(12_000);

        assertThat(bench.udp.sentAt()).containsExactly(Times.of(0, 500, 1500, 5500, 9500));
        assertThat(bench.client.events).containsExactly("100");
    }

    @Test
    @Rfc(value = 3261, section = "17.1.2.2")
    @Checklist("T15")
    void timesOutInProceeding() {
        OutgoingRequest options = bench.send(bench.tcp, Texts.outgoing("OPTIONS"));
        bench.respond(bench.tcp, options.request(), 100);

        bench.advance(32_000);

        assertThat(bench.client.events).containsExactly("100", "timeout", "terminated");
    }

    @Test
    @Rfc(value = 3261, section = "17.1.2.2")
    @Checklist("T16")
    void tellsTheFinalResponseOnceAndAbsorbsItsRetransmissionsForTimerK() {
        OutgoingRequest options = bench.send(bench.udp, Texts.outgoing("OPTIONS"));
        bench.respond(bench.udp, options.request(), 200);
        bench.advance(4_999);
        bench.respond(bench.udp, options.request(), 200);
        assertThat(bench.layer.size()).isEqualTo(1);
        bench.advance(1);

        assertThat(bench.client.events).containsExactly("200", "terminated");
        assertThat(bench.udp.sent()).hasSize(1);
        assertThat(bench.layer.size()).isZero();
        assertThat(bench.handler.strayResponses).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "17.1.2.2")
    @Checklist({"T16", "T18"})
    void endsAtOnceAndNeverRetransmitsOverReliableTransport() {
        OutgoingRequest options = bench.send(bench.tcp, Texts.outgoing("OPTIONS"));
        bench.advance(20_000);
        bench.respond(bench.tcp, options.request(), 404);

        assertThat(bench.tcp.sent()).hasSize(1);
        assertThat(bench.client.events).containsExactly("404", "terminated");
        assertThat(bench.layer.size()).isZero();
        assertThat(bench.clock.pendingTimers()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "17.1.4")
    @Checklist("U13")
    void endsWhenARetransmissionCannotBeSent() {
        bench.send(bench.udp, Texts.outgoing("OPTIONS"));
        bench.udp.failWith(new IOException("port unreachable"));

        bench.advance(500);

        assertThat(bench.client.events).containsExactly("error", "terminated");
        assertThat(bench.clock.pendingTimers()).isZero();
    }
}
