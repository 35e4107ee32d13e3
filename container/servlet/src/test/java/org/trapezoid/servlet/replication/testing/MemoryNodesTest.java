// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.MessageHandler;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.transport.TransportOptions;

class MemoryNodesTest {
    private static final InetSocketAddress PHONE = new InetSocketAddress("198.51.100.7", 7070);
    private static final String MESSAGE = """
            MESSAGE sip:bob@example.com SIP/2.0
            Via: SIP/2.0/TCP 198.51.100.7:7070;branch=z9hG4bKa
            Max-Forwards: 70
            From: <sip:alice@example.com>;tag=a1
            To: <sip:bob@example.com>
            Call-ID: relayed
            CSeq: 1 MESSAGE
            Content-Length: 0

            """;

    private int lost;
    private final ManualClock clock = new ManualClock();
    private final MemoryCluster cluster = new MemoryCluster(clock);
    private final Stack one = new Stack("node1", "192.0.2.1");
    private final Stack two = new Stack("node2", "192.0.2.2");
    private final List<IOException> failures = new ArrayList<>();

    private final class Stack implements MessageHandler {
        private final FakeTransport tcp;
        private final TransportLayer layer;
        private final MemoryNode node;
        private final List<Flow> flows = new ArrayList<>();
        private final List<Request> requests = new ArrayList<>();

        Stack(String name, String address) {
            tcp = FakeTransport.tcp(address, 5060, clock);
            layer = new TransportLayer(
                    List.of(tcp), TransportOptions.DEFAULT, new StackThreads(new Readers(), clock, Runnable::run));
            node = cluster.join(name);
            node.attach(layer);
            node.onRelayed((flow, message) -> {
                onRequest(flow, (Request) message);
                return true;
            });
            try {
                layer.start(this);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void onRequest(Flow flow, Request request) {
            flows.add(flow);
            requests.add(request);
        }

        @Override
        public void onResponse(Flow flow, Response response) {}
    }

    private boolean relay() {
        one.tcp.receive(PHONE, MESSAGE);
        return one.node.relay("node2", one.flows.get(0), one.requests.get(0), () -> lost++);
    }

    @Test
    void takesAMessageToAnotherNodeAndItsAnswerBack() {
        assertThat(relay()).isTrue();
        clock.advance(Duration.ofMillis(1));

        two.layer.sendResponse(
                two.flows.get(0), Response.to(two.requests.get(0), 200).build(), failures::add);
        clock.advance(Duration.ofMillis(1));

        assertThat(one.tcp.sentTo(PHONE)).hasSize(1);
        assertThat(two.node.relay("node1", two.flows.get(0), two.requests.get(0), () -> {}))
                .as("relayed twice")
                .isFalse();
    }

    @Test
    void losesWhatIsUnderWayToANodeThatDiesAndTellsWhatNeverLeaves() {
        relay();
        clock.advance(Duration.ofMillis(1));
        one.node.die();
        two.flows.get(0).send(two.requests.get(0), failures::add);
        clock.advance(Duration.ofMillis(300));
        assertThat(failures).isEmpty();
        assertThat(two.flows.get(0).isOpen()).isTrue();

        clock.advance(Duration.ofMillis(200));
        two.flows.get(0).send(two.requests.get(0), failures::add);
        clock.advance(Duration.ZERO);

        assertThat(failures).hasSize(1);
        assertThat(two.flows.get(0).isOpen()).isFalse();
        assertThat(two.node.relay("node1", two.flows.get(0), two.requests.get(0), () -> {}))
                .isFalse();
    }

    @Test
    void tellsWhoSentAMessageToANodeThatHasDied() {
        two.node.die();
        assertThat(relay()).isTrue();

        clock.advance(Duration.ofMillis(300));
        assertThat(lost).as("nobody knows yet").isZero();
        clock.advance(Duration.ofMillis(200));
        assertThat(lost).isOne();
    }

    @Test
    void doesNotCallANodeLostThatLeaves() {
        one.node.leave();

        assertThat(two.node.isMember("node1")).isFalse();
        assertThat(two.node.hasBeenLost("node1")).isFalse();
    }

    @Test
    void refusesWhatIsTooMuch() {
        cluster.refuseMessages(true);

        assertThat(relay()).isFalse();
    }
}
