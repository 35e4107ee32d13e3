// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Arrival;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.AddressRange;
import org.trapezoid.sip.uri.ForbiddenRanges;

/** The edge has the flow, the owner handles what comes by it. */
class FlowRelayTest {
    private static final InetSocketAddress PEER = new InetSocketAddress("198.51.100.7", 7070);

    private final ManualClock clock = new ManualClock();
    private final Stack edge = new Stack("192.0.2.1");
    private final Stack owner = new Stack("192.0.2.2");
    private final List<Flow> flows = new ArrayList<>();
    private final List<Message> handled = new ArrayList<>();
    private final List<IOException> failures = new ArrayList<>();
    private boolean ownerSeesEdge = true;
    private boolean edgeIsGone;

    /** One node. */
    private final class Stack {
        private final FakeTransport udp;
        private final FakeTransport tcp;
        private final FakeTransport ws;
        private TransportLayer layer;
        private FlowRelay relay;
        private Consumer<Flow> handler = flow -> {};

        Stack(String address) {
            udp = FakeTransport.udp(address, 5060, clock);
            tcp = FakeTransport.tcp(address, 5060, clock);
            ws = new FakeTransport(Protocol.WS, new InetSocketAddress(address, 8080), clock);
            layer = new TransportLayer(List.of(udp, tcp, ws), TransportOptions.DEFAULT, threads());
            relay = new FlowRelay(layer, Limits.DEFAULT, new Line());
        }

        private StackThreads threads() {
            return new StackThreads(new Readers(), clock, Runnable::run);
        }

        void forbid(ForbiddenRanges ranges) {
            layer = new TransportLayer(List.of(udp, tcp), TransportOptions.DEFAULT.withForbidden(ranges), threads());
            relay = new FlowRelay(layer, Limits.DEFAULT, new Line());
        }
    }

    /** From the owner to the edge. */
    private final class Line implements FlowRelay.Carrier {
        @Override
        public boolean isMember(String node) {
            return ownerSeesEdge;
        }

        @Override
        public void carry(String node, Carried message, Consumer<IOException> onFailure) {
            assertThat(node).isEqualTo("edge");
            if (edgeIsGone || !edge.relay.send(message)) {
                onFailure.accept(new IOException("no such connection"));
            }
        }

        @Override
        public void tellAll(Carried received) {
            assertThat(owner.relay.receive("edge", received, (flow, message) -> false))
                    .isTrue();
        }
    }

    private final List<Flow> ended = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        owner.layer.start(new Handler((flow, message) -> owner.handler.accept(flow), ended::add));
        edge.layer.start(new Handler(
                (flow, message) -> owner.relay.receive("edge", Carried.received(flow, message), (remote, relayed) -> {
                    flows.add(remote);
                    return handled.add(relayed);
                }),
                edge.relay::closed));
    }

    private record Handler(BiConsumer<Flow, Message> all, Consumer<Flow> closed) implements MessageHandler {
        @Override
        public void onRequest(Flow flow, Request request) {
            all.accept(flow, request);
        }

        @Override
        public void onResponse(Flow flow, Response response) {
            all.accept(flow, response);
        }

        @Override
        public void onClosed(Flow flow) {
            closed.accept(flow);
        }
    }

    private Response ok() {
        return Response.to((Request) handled.get(0), 200).build();
    }

    @Test
    @Rfc(value = 3581, section = "4")
    void answersOverTheSocketOfTheNodeThatReceivedTheRequest() {
        edge.udp.receive(PEER, Texts.options("SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bKa", "relayed"));

        owner.layer.sendResponse(flows.get(0), ok(), failures::add);

        assertThat(handled.get(0).topVia().received()).contains("198.51.100.7");
        assertThat(edge.udp.sentTo(PEER)).singleElement().isInstanceOf(Response.class);
        assertThat(owner.udp.sent()).isEmpty();
        assertThat(edge.layer.traffic().responses(Traffic.Direction.SENT, 2)).isOne();
        assertThat(owner.layer.traffic().responses(Traffic.Direction.SENT, 2)).isZero();
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    void answersWhereTheViaSaysAndNotToTheSource() {
        edge.udp.receive(PEER, Texts.options("SIP/2.0/UDP client.invalid:5082;branch=z9hG4bKa", "relayed"));

        owner.layer.sendResponse(flows.get(0), ok(), failures::add);

        assertThat(edge.udp.sentTo(new InetSocketAddress("198.51.100.7", 5082))).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    void answersOnANewConnectionWhenThatOfTheRequestHasEnded() {
        edge.tcp.receive(PEER, Texts.options("SIP/2.0/TCP 198.51.100.7:5083;branch=z9hG4bKa", "relayed"));
        edge.tcp.disconnect(PEER);

        owner.layer.sendResponse(flows.get(0), ok(), failures::add);

        assertThat(edge.tcp.sentTo(new InetSocketAddress("198.51.100.7", 5083))).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    void answersByTheViaWhenTheNodeThatReceivedTheRequestIsGone() {
        edge.udp.receive(PEER, Texts.options("SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bKa", "relayed"));
        edgeIsGone = true;

        owner.layer.sendResponse(flows.get(0), ok(), failures::add);

        assertThat(owner.udp.sentTo(PEER)).singleElement().isInstanceOf(Response.class);
        assertThat(failures).isEmpty();
    }

    /** Two applications, of which the first one is at the edge. */
    @Test
    void aRequestFromAnApplicationOfAnotherNodeIsAnsweredThere() {
        Arrival arrival = new Arrival(PEER, "TCP", Optional.of(NameAddr.parse("<sip:192.0.2.1;lr>")));
        LoopbackFlow inside = new LoopbackFlow(
                edge.udp.listener(), edge.layer.handler(), Runnable::run, new LoopbackFlow.Written(new byte[] {7, 1}));
        Request request = Texts.request("inside").toBuilder().arrived(arrival).build();
        owner.relay.receive("edge", Carried.received(inside, request), (from, message) -> {
            flows.add(from);
            return handled.add(message);
        });
        LoopbackFlow flow = (LoopbackFlow) flows.get(0);

        owner.layer.sendResponse(
                flow, ok().toBuilder().arrived(arrival.with(Optional.empty())).build(), failures::add);

        assertThat(flow.attachment().toBytes()).containsExactly(7, 1);
        assertThat(flow.isOfThisNode()).isFalse();
        assertThat(handled.get(0).arrival()).contains(arrival);
        assertThat(handled.get(1)).as("at the edge again").isInstanceOf(Response.class);
        assertThat(handled.get(1).arrival()).contains(arrival.with(Optional.empty()));
        assertThat(flows.get(1)).isInstanceOf(LoopbackFlow.class);
        assertThat(owner.udp.sent()).isEmpty();
        assertThat(edge.udp.sent()).isEmpty();
    }

    /** Whatever the owner makes of the address of the flow, which is not the one that the message came to. */
    @Test
    void aMessageBetweenApplicationsStaysUnderWhatIsForbiddenToIt() throws Exception {
        ForbiddenRanges ranges =
                ForbiddenRanges.of(List.of(new ForbiddenRanges.Forbidden(AddressRange.parse("10.0.0.0/8"), List.of())));
        LoopbackFlow inside = new LoopbackFlow(
                edge.udp.listener(), edge.layer.handler(), Runnable::run, new LoopbackFlow.Written(new byte[] {7}));
        Request request = Texts.request("inside").toBuilder().forbid(ranges).build();

        owner.relay.receive("edge", Carried.received(inside, request), (from, message) -> {
            flows.add(from);
            return handled.add(message);
        });
        owner.layer.sendResponse(flows.get(0), ok().toBuilder().forbid(ranges).build(), failures::add);

        for (Message each : handled) {
            assertThat(each.forbidden().contains(InetAddress.getByName("10.1.2.3")))
                    .isTrue();
        }
        assertThat(handled).hasSize(2);
    }

    @Test
    void itIsAnsweredWhereverItsApplicationIsByNow() {
        List<Flow> found = new ArrayList<>();
        owner.handler = found::add;
        LoopbackFlow inside = new LoopbackFlow(
                edge.udp.listener(), edge.layer.handler(), Runnable::run, new LoopbackFlow.Written(new byte[] {7}));
        owner.relay.receive("edge", Carried.received(inside, Texts.request("inside")), (from, message) -> {
            flows.add(from);
            return handled.add(message);
        });
        edgeIsGone = true;

        owner.layer.sendResponse(flows.get(0), ok(), failures::add);

        assertThat(found).singleElement().satisfies(flow -> assertThat(flow.isOfThisNode())
                .as("may be relayed again")
                .isTrue());
    }

    @Test
    void sendsARequestOnTheConnectionThatThePeerMade() {
        edge.tcp.receive(PEER, Texts.options("SIP/2.0/TCP 10.0.0.1;branch=z9hG4bKa", "relayed"));

        flows.get(0).send(Texts.request("later"), failures::add);

        assertThat(edge.tcp.sentTo(PEER)).singleElement().isInstanceOf(Request.class);
        assertThat(failures).isEmpty();
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void tellsThatARequestCannotLeaveOnceTheConnectionHasEndedEvenIfThereIsAnotherOneFromThere() {
        edge.tcp.receive(PEER, Texts.options("SIP/2.0/TCP 10.0.0.1;branch=z9hG4bKa", "relayed"));
        edge.tcp.disconnect(PEER);

        flows.get(0).send(Texts.request("later"), failures::add);

        assertThat(failures).hasSize(1);
        assertThat(edge.tcp.sentTo(PEER)).isEmpty();
    }

    @Test
    void isTheSameFlowEachTimeAndOpenWhileItsNodeIsAMember() {
        edge.tcp.receive(PEER, Texts.options("SIP/2.0/TCP 10.0.0.1;branch=z9hG4bKa", "first"));
        edge.tcp.receive(PEER, Texts.options("SIP/2.0/TCP 10.0.0.1;branch=z9hG4bKb", "second"));
        Flow flow = flows.get(0);

        assertThat(flows.get(1)).isEqualTo(flow);
        assertThat(flow.protocol()).isEqualTo(Protocol.TCP);
        assertThat(flow.peer()).isEqualTo(PEER);
        assertThat(flow.listener()).isEqualTo(owner.tcp.listener());
        assertThat(flow.isOpen()).isTrue();
        ownerSeesEdge = false;
        assertThat(flow.isOpen()).isFalse();
    }

    @Test
    void takesWhatIsNotForbiddenAtTheAddressThatReceivedIt() throws Exception {
        owner.forbid(ForbiddenRanges.of(
                List.of(new ForbiddenRanges.Forbidden(AddressRange.parse("10.0.0.0/8"), List.of()))));
        edge.udp.receive(PEER, Texts.options("SIP/2.0/UDP 10.0.0.1;rport;branch=z9hG4bKa", "relayed"));

        assertThat(handled.get(0).forbidden().contains(InetAddress.getByName("10.1.2.3")))
                .isTrue();
    }

    @Test
    @Rfc(value = 7118, section = "5")
    void tellsThatAWebSocketClientHasGone() {
        edge.ws.receive(PEER, Texts.options("SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bKa", "relayed"));
        edge.ws.disconnect(PEER);
        clock.advance(Duration.ZERO);

        assertThat(ended).containsExactlyElementsOf(flows);
    }

    @Test
    void doesNotTellOfWhoCanBeConnectedTo() {
        edge.tcp.receive(PEER, Texts.options("SIP/2.0/TCP 198.51.100.7;branch=z9hG4bKa", "relayed"));
        edge.tcp.disconnect(PEER);
        clock.advance(Duration.ZERO);

        assertThat(ended).isEmpty();
    }
}
