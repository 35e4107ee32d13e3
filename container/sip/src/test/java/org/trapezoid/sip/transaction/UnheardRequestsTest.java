// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.testing.FakeFlow;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.transport.Carried;
import org.trapezoid.sip.transport.FlowName;
import org.trapezoid.sip.transport.FlowRelay;
import org.trapezoid.sip.transport.Protocol;

class UnheardRequestsTest {
    private static final InetSocketAddress CLIENT = new InetSocketAddress("192.0.2.1", 40_000);

    private final Bench bench = new Bench();
    private final FakeFlow browser = new FakeFlow(Protocol.WSS, CLIENT, bench.clock);

    private void end(FakeFlow flow) {
        flow.close();
        bench.layer.onClosed(flow);
    }

    @ParameterizedTest
    @ValueSource(strings = {"MESSAGE", "INVITE"})
    @Rfc(value = 7118, section = "5")
    void failWhenTheClientIsGone(String method) {
        bench.send(browser, Texts.outgoing(method));

        end(browser);

        assertThat(bench.client.events).containsExactly("error", "terminated");
        assertThat(bench.layer.size()).isZero();
    }

    @Test
    void failWhenAClientOfAnotherNodeIsGone() {
        FlowRelay relay = new FlowRelay(bench.transports, Limits.DEFAULT, new Silent());
        FlowName name = FlowName.of(browser);
        bench.send(relay.flow("another", name), Texts.outgoing("MESSAGE"));

        bench.layer.onClosed(relay.flow("a third", name));
        assertThat(bench.client.events).isEmpty();
        bench.layer.onClosed(relay.flow("another", name));

        assertThat(bench.client.events).containsExactly("error", "terminated");
    }

    /** Nothing comes back. */
    private record Silent() implements FlowRelay.Carrier {
        @Override
        public boolean isMember(String node) {
            return true;
        }

        @Override
        public void carry(String node, Carried message, Consumer<IOException> onFailure) {}

        @Override
        public void tellAll(Carried received) {}
    }

    @Test
    void concernOneConnectionOnly() {
        FakeFlow other = new FakeFlow(Protocol.WSS, CLIENT, bench.clock);
        bench.send(browser, Texts.outgoing("MESSAGE"));

        end(other);

        assertThat(bench.client.events).isEmpty();
    }

    @Test
    void areHeardWithTheFirstResponse() {
        OutgoingRequest invite = bench.send(browser, Texts.outgoing("INVITE"));
        bench.respond(browser, invite.request(), 100);

        end(browser);

        assertThat(bench.client.events).containsExactly("100"); // the client may come back and answer
        assertThat(bench.layer.context().table().unheard().flowCount()).isZero();
    }

    @Test
    void areForgottenWithTheirTimeout() {
        bench.send(browser, Texts.outgoing("MESSAGE"));
        bench.advance(32_000);

        assertThat(bench.client.events).containsExactly("timeout", "terminated");
        assertThat(bench.layer.context().table().unheard().flowCount()).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    void waitForAPeerThatCanConnectAgain() {
        bench.send(bench.tcp, Texts.outgoing("OPTIONS"));

        end(bench.tcp);

        assertThat(bench.client.events).isEmpty();
    }
}
