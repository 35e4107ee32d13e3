// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SipUri;

/** Two nodes that know each other's flow tokens. */
class ClusterTokensTest {
    private static final InetSocketAddress PHONE = new InetSocketAddress("198.51.100.7", 7070);
    private static final InetSocketAddress OTHER_PHONE = new InetSocketAddress("198.51.100.7", 9);
    private static final byte[] KEY = new byte[32];

    private final ManualClock clock = new ManualClock();
    private final Map<String, Node> nodes = new HashMap<>();
    private final Node one = new Node("aaaaaaa", "192.0.2.1");
    private final Node two = new Node("bbbbbbb", "192.0.2.2");

    private final class Node implements FlowRelay.Carrier, FlowTokens.Elsewhere {
        private final String incarnation;
        private final FakeTransport udp;
        private final FakeTransport tcp;
        private final TransportLayer layer;
        private final FlowRelay relay;
        private final FlowTokens tokens;

        Node(String incarnation, String address) {
            this.incarnation = incarnation;
            udp = FakeTransport.udp(address, 5060, clock);
            tcp = FakeTransport.tcp(address, 5060, clock);
            layer = new TransportLayer(
                    List.of(udp, tcp), TransportOptions.DEFAULT, new StackThreads(new Readers(), clock, Runnable::run));
            relay = new FlowRelay(layer, Limits.DEFAULT, this);
            tokens = new FlowTokens(layer, KEY, incarnation, this);
            nodes.put(incarnation, this);
        }

        @Override
        public void tellAll(Carried received) {
            throw new AssertionError("no connection of this test ends");
        }

        @Override
        public boolean isMember(String node) {
            return nodes.containsKey(node);
        }

        @Override
        public void carry(String node, Carried message, Consumer<IOException> onFailure) {
            Node other = nodes.get(node);
            if (other == null || !other.relay.send(message)) {
                onFailure.accept(new IOException("gone"));
            }
        }

        @Override
        public Optional<Flow> flow(String other, FlowName name) {
            return isMember(other) && !other.equals(incarnation)
                    ? Optional.of(relay.flow(other, name))
                    : Optional.empty();
        }
    }

    @BeforeEach
    void start() throws IOException {
        MessageHandler nobody = new MessageHandler() {
            @Override
            public void onRequest(Flow flow, Request request) {}

            @Override
            public void onResponse(Flow flow, Response response) {}
        };
        one.layer.start(nobody);
        two.layer.start(nobody);
    }

    private static FlowTokens.Named named(Node by, String token) {
        return by.tokens.named(SipUri.of(token, "flow.invalid")).orElseThrow();
    }

    @Test
    @Rfc(value = 5626, section = "5.3")
    void leadsToAConnectionOfAnotherNode() {
        String token = one.tokens.token(one.tcp.flowTo(PHONE), FlowTokens.Use.TARGET, true);

        FlowTokens.Named named = named(two, token);
        named.flow().orElseThrow().send(Texts.request("called"), failure -> {});

        assertThat(named.strict()).isTrue();
        assertThat(named.use()).isEqualTo(FlowTokens.Use.TARGET);
        assertThat(one.tcp.sentTo(PHONE)).hasSize(1);
        assertThat(one.tokens.isOwn(token)).isTrue();
        assertThat(two.tokens.isOwn(token)).isFalse();
        assertThat(named(one, token).flow()).contains(one.tcp.flowTo(PHONE));
    }

    @Test
    void namesTheFlowOfAnotherNodeAgainAsThatNodeDoes() {
        String token = one.tokens.token(one.tcp.flowTo(PHONE), FlowTokens.Use.DIALOG, false);
        Flow remote = named(two, token).flow().orElseThrow();

        assertThat(two.tokens.token(remote, FlowTokens.Use.DIALOG, false)).isEqualTo(token);
    }

    @Test
    void tellsOfAConnectionAloneThatItsClientHasProvenWhoItIs() {
        String connection = one.tokens.provenTarget(one.tcp.flowTo(PHONE), true);
        String datagrams = one.tokens.provenTarget(one.udp.flowTo(PHONE), true);

        assertThat(two.tokens.isProven(connection)).isTrue();
        assertThat(named(two, connection).flow()).isPresent();
        assertThat(two.tokens.isProven(datagrams)).isFalse();
        assertThat(two.tokens.isProven(one.tokens.token(one.tcp.flowTo(PHONE), FlowTokens.Use.TARGET, true)))
                .isFalse();
        assertThat(two.tokens.isProven("")).isFalse();
    }

    @Test
    void isCalledTheSameWhateverItIsFor() {
        String target = one.tokens.provenTarget(one.tcp.flowTo(PHONE), true);
        String dialog = one.tokens.token(one.tcp.flowTo(PHONE), FlowTokens.Use.DIALOG, false);
        String other = one.tokens.token(one.tcp.flowTo(OTHER_PHONE), FlowTokens.Use.DIALOG, false);

        assertThat(FlowTokens.name(target)).isEqualTo(FlowTokens.name(dialog)).isNotEqualTo(FlowTokens.name(other));
    }

    @Test
    void leadsThroughTheSocketOfAnotherNodeToAPhoneBehindANat() {
        String token = one.tokens.token(one.udp.flowTo(PHONE), FlowTokens.Use.PATH, true);

        named(two, token).flow().orElseThrow().send(Texts.request("called"), failure -> {});

        assertThat(one.udp.sentTo(PHONE)).hasSize(1);
        assertThat(two.udp.sent()).isEmpty();
    }

    @Test
    void isLostWithItsNode() {
        String connection = one.tokens.token(one.tcp.flowTo(PHONE), FlowTokens.Use.TARGET, true);
        String datagrams = one.tokens.token(one.udp.flowTo(PHONE), FlowTokens.Use.TARGET, true);
        nodes.remove("aaaaaaa");

        assertThat(named(two, connection).flow()).isEmpty();
        assertThat(named(two, datagrams).flow()).isEmpty();
        assertThat(two.tokens.isOwn(datagrams)).isFalse();
    }

    @Test
    void outlivesARestartOverUdpAndNotOverTcp() throws IOException {
        String connection = one.tokens.token(one.tcp.flowTo(PHONE), FlowTokens.Use.TARGET, true);
        String datagrams = one.tokens.token(one.udp.flowTo(PHONE), FlowTokens.Use.TARGET, true);
        nodes.remove("aaaaaaa");
        Node again = new Node("ccccccc", "192.0.2.1");
        again.tcp.flowTo(PHONE);

        assertThat(named(again, connection).flow()).isEmpty();
        assertThat(named(again, datagrams).flow()).contains(again.udp.flowTo(PHONE));
        assertThat(again.tokens.isOwn(datagrams)).isTrue();
    }

    @Test
    void bringsToTheOwnerItselfWhatIsForAnotherNodeInACall() {
        InetSocketAddress other = new InetSocketAddress("192.0.2.2", 5060);
        InetSocketAddress here = new InetSocketAddress("192.0.2.1", 5060);
        assertThat(one.layer.inCall(Protocol.UDP, other)).as("alone").isEqualTo(other);

        one.layer.shareNames(
                two.layer.listeners().stream().map(AdvertisedName::of).toList());

        assertThat(one.layer.inCall(Protocol.UDP, other)).isEqualTo(here);
        assertThat(one.layer.inCall(Protocol.TLS, other)).isEqualTo(other);
        assertThat(one.layer.inCall(Protocol.UDP, here)).isEqualTo(here);
        assertThat(one.layer.inCall(Protocol.UDP, PHONE)).isEqualTo(PHONE);
        assertThat(one.layer
                        .inPlaceOf(new FlowName(Protocol.UDP, other, other, 0))
                        .peer())
                .as("between two applications of the other node")
                .isEqualTo(here);
    }

    @Test
    void knowsTheNamesOfOtherNodesButNotTheirAddressesAsLoops() {
        HostPort other = HostPort.parse("192.0.2.2:5060");
        two.layer.shareNames(List.of());
        one.layer.shareNames(
                two.layer.listeners().stream().map(AdvertisedName::of).toList());

        assertThat(one.layer.isOwn(other, Protocol.TCP)).isTrue();
        assertThat(one.layer.isOwn(other, Protocol.TLS)).isFalse();
        assertThat(one.layer.isOfThisNode(other, Protocol.TCP)).isFalse();
        assertThat(one.layer.isOwnAddress(Protocol.TCP, new InetSocketAddress("192.0.2.2", 5060)))
                .isFalse();
        assertThat(two.layer.isOwn(HostPort.parse("192.0.2.1:5060"), Protocol.UDP))
                .isFalse();
        one.layer.shareNames(List.of());
        assertThat(one.layer.isOwn(other, Protocol.TCP)).isFalse();
    }
}
