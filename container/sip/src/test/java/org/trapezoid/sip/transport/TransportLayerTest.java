// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.testing.Rfc;
import org.trapezoid.sip.uri.AddressRange;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.HostPort;

class TransportLayerTest {
    private static final InetSocketAddress PEER = new InetSocketAddress("192.0.2.7", 7070);

    private final ManualClock clock = new ManualClock();
    private final Deque<Runnable> workers = new ArrayDeque<>();
    private final StackThreads threads = new StackThreads(new Readers(), clock, workers::add);
    private final FakeTransport udp = FakeTransport.udp("192.0.2.1", 5060, clock);
    private final FakeTransport tcp = FakeTransport.tcp("192.0.2.1", 5060, clock);
    private final Messages messages = new Messages();
    private final List<IOException> failures = new ArrayList<>();
    private TransportLayer layer = new TransportLayer(List.of(udp, tcp), TransportOptions.DEFAULT, threads);

    @BeforeEach
    void start() throws IOException {
        layer.start(messages);
    }

    private void startWith(TransportOptions options) throws IOException {
        layer = new TransportLayer(List.of(udp, tcp), options, threads);
        layer.start(messages);
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "18.2.1")
    @Rfc(value = 3581, section = "4")
    @Checklist("X1")
    @CsvSource({
        "192.0.2.7:7070;branch=z9hG4bKa,      192.0.2.7:7070;branch=z9hG4bKa",
        "client.invalid;branch=z9hG4bKa,      client.invalid;branch=z9hG4bKa;received=192.0.2.7",
        "10.0.0.1:5080;branch=z9hG4bKa,       10.0.0.1:5080;branch=z9hG4bKa;received=192.0.2.7",
        "192.0.2.7;rport;branch=z9hG4bKa,     192.0.2.7;rport=7070;branch=z9hG4bKa;received=192.0.2.7",
        "10.0.0.1;rport;branch=z9hG4bKa,      10.0.0.1;rport=7070;branch=z9hG4bKa;received=192.0.2.7",
        "192.0.2.7;branch=z9hG4bKa;received=203.0.113.9, 192.0.2.7;branch=z9hG4bKa"
    })
    void marksTheTopViaWithWhereTheRequestCameFrom(String via, String marked) {
        udp.receive(PEER, Texts.options("SIP/2.0/UDP " + via, "x1"));

        Request request = messages.requests.get(0);

        assertThat(request.topVia().toString()).isEqualTo("SIP/2.0/UDP " + marked);
        assertThat(request.callId()).isEqualTo("x1");
    }

    @Test
    @Rfc(value = 3261, section = "18.2.1")
    @Checklist({"X1", "X15"})
    void marksOnlyTheTopValueOfAViaList() {
        String lower = "SIP/2.0/CARRIER-PIGEON ua.invalid;branch=z9hG4bKb";
        udp.receive(PEER, Texts.options("SIP/2.0/UDP proxy.invalid;branch=z9hG4bKa, " + lower, "list"));

        List<String> vias = messages.requests.get(0).headers().values(HeaderName.VIA);

        assertThat(vias).containsExactly("SIP/2.0/UDP proxy.invalid;branch=z9hG4bKa;received=192.0.2.7", lower);
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "18.2.2")
    @Rfc(value = 3581, section = "4")
    @Checklist("X2")
    @CsvSource({
        "client.invalid;rport,           7070",
        "client.invalid:5082,            5082",
        "client.invalid,                 5060",
        "192.0.2.7:7070,                 7070",
        "client.invalid:5082;maddr=203.0.113.9, 5082"
    })
    void sendsADatagramResponseToThePacketSourceWithThePortTheViaAsksFor(String via, int port) {
        udp.receive(PEER, Texts.options("SIP/2.0/UDP " + via + ";branch=z9hG4bKa", "x2"));

        layer.sendResponse(messages.flow(), ok(messages.requests.get(0)), failures::add);

        assertThat(udp.sentTo(new InetSocketAddress("192.0.2.7", port))).hasSize(1);
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "18.2.2")
    @CsvSource({"client.invalid;rport, 7070", "client.invalid:5082, 5082"})
    void answersFromAnotherListenerWhenTheAddressOfTheRequestHasMovedAway(String via, int port) throws IOException {
        FakeTransport movable = FakeTransport.udp("192.0.2.2", 5060, clock);
        layer.open(movable);
        movable.receive(PEER, Texts.options("SIP/2.0/UDP " + via + ";branch=z9hG4bKa", "moved"));
        layer.close(movable);

        layer.sendResponse(messages.flow(), ok(messages.requests.get(0)), failures::add);

        assertThat(udp.sentTo(new InetSocketAddress("192.0.2.7", port))).hasSize(1);
        assertThat(failures).isEmpty();
    }

    @Test
    @Rfc(value = 3581, section = "4")
    void answersToTheSourceUnaskedWhenSymmetric() throws IOException {
        startWith(TransportOptions.DEFAULT.withSymmetric(true));
        udp.receive(PEER, Texts.options("SIP/2.0/UDP 10.0.0.1:5082;branch=z9hG4bKa", "nat"));

        layer.sendResponse(messages.flow(), ok(messages.requests.get(0)), failures::add);

        assertThat(udp.sentTo(PEER)).hasSize(1);
    }

    @ParameterizedTest
    @Rfc(value = 6223, section = "4.3")
    @CsvSource({"keep, 25", "keep=10, 10"})
    void saysHowOftenAClientThatAsksShallKeepAlive(String asked, String answered) {
        udp.receive(PEER, Texts.options("SIP/2.0/UDP 192.0.2.7:7070;branch=z9hG4bKa;" + asked, "keep"));

        assertThat(messages.requests.get(0).topVia().parameters().value("keep")).hasValue(answered);
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "18.2.2")
    @Checklist("X2")
    @CsvSource({
        "203.0.113.9,     203.0.113.9",
        "239.1.2.3,       192.0.2.7",
        "255.255.255.255, 192.0.2.7",
        "0.0.0.0,         192.0.2.7",
        "name.invalid,    192.0.2.7"
    })
    void followsMaddrWhenConfiguredAndUnicast(String maddr, String target) throws IOException {
        startWith(new TransportOptions(List.of(), true));
        udp.receive(PEER, Texts.options("SIP/2.0/UDP client.invalid:5082;maddr=" + maddr + ";branch=z9hG4bKa", "x2"));

        layer.sendResponse(messages.flow(), ok(messages.requests.get(0)), failures::add);

        assertThat(udp.sentTo(new InetSocketAddress(target, 5082))).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    @Checklist("X4")
    void sendsAStreamResponseOnTheConnectionOfTheRequest() {
        tcp.receive(PEER, Texts.options("SIP/2.0/TCP client.invalid:5082;branch=z9hG4bKa", "x4"));

        layer.sendResponse(messages.flow(), ok(messages.requests.get(0)), failures::add);

        assertThat(tcp.sentTo(PEER)).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    @Checklist("X4")
    void opensANewConnectionToReceivedAndSentByPortWhenTheOldOneIsGone() {
        tcp.receive(PEER, Texts.options("SIP/2.0/TCP client.invalid:5082;branch=z9hG4bKa", "x4"));
        tcp.disconnect(PEER);

        layer.sendResponse(messages.flow(), ok(messages.requests.get(0)), failures::add);

        assertThat(tcp.sentTo(new InetSocketAddress("192.0.2.7", 5082))).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "18.2.2")
    @Checklist("X4")
    void opensANewConnectionWhenTheOldOneFailsWhileSending() {
        tcp.receive(PEER, Texts.options("SIP/2.0/TCP client.invalid;branch=z9hG4bKa", "x4"));
        tcp.fail(PEER);

        layer.sendResponse(messages.flow(), ok(messages.requests.get(0)), failures::add);
        clock.advance(Duration.ZERO);

        assertThat(tcp.sentTo(new InetSocketAddress("192.0.2.7", 5060))).hasSize(1);
        assertThat(failures).isEmpty();
    }

    @Test
    @Rfc(value = 7118, section = "5")
    void cannotConnectToAWebSocketClient() throws IOException {
        FakeTransport ws = new FakeTransport(Protocol.WS, new InetSocketAddress("192.0.2.1", 8080), clock);
        layer = new TransportLayer(List.of(ws), TransportOptions.DEFAULT, threads);
        layer.start(messages);
        ws.receive(PEER, Texts.options("SIP/2.0/WS x.invalid;branch=z9hG4bKa", "ws"));
        ws.disconnect(PEER);

        layer.sendResponse(messages.flow(), ok(messages.requests.get(0)), failures::add);
        workers.forEach(Runnable::run);

        assertThat(ws.sent()).isEmpty();
        assertThat(failures).hasSize(1);
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "16.11")
    @CsvSource({
        "UDP client.invalid;received=192.0.2.7;rport=7070, 192.0.2.7, 7070",
        "UDP client.invalid:5082;received=192.0.2.7,       192.0.2.7, 5082",
        "UDP 192.0.2.9,                                    192.0.2.9, 5060",
        "UDP 192.0.2.9:5083;rport=99999,                   192.0.2.9, 5083"
    })
    void sendsAStatelessResponseByItsViaAlone(String via, String host, int port) {
        layer.sendResponseByVia(Texts.ok("SIP/2.0/" + via + ";branch=z9hG4bKa"), failures::add);

        assertThat(udp.sentTo(new InetSocketAddress(host, port))).hasSize(1);
    }

    @Test
    @Rfc(value = 3261, section = "16.11")
    void sendsAStatelessResponseOnTheOpenConnectionElseToThePortOfSentBy() {
        Response response = Texts.ok("SIP/2.0/TCP c.invalid:5082;received=192.0.2.7;rport=7070;branch=z9hG4bKa");
        tcp.receive(PEER, Texts.options("SIP/2.0/TCP c.invalid:5082;branch=z9hG4bKa", "x"));

        layer.sendResponseByVia(response, failures::add);
        tcp.disconnect(PEER);
        layer.sendResponseByVia(response, failures::add);

        assertThat(tcp.sentTo(PEER)).hasSize(1);
        assertThat(tcp.sentTo(new InetSocketAddress("192.0.2.7", 5082))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UDP name.invalid",
                "UDP 255.255.255.255",
                "UDP 0.0.0.0",
                "UDP 224.0.1.75",
                "UDP c.invalid;received=255.255.255.255",
                "SCTP 192.0.2.7"
            })
    void failsAStatelessResponseThatHasNoUnicastTarget(String via) {
        layer.sendResponseByVia(Texts.ok("SIP/2.0/" + via + ";branch=z9hG4bKa"), failures::add);
        boolean nested = !failures.isEmpty();
        workers.forEach(Runnable::run);

        assertThat(nested).isFalse();
        assertThat(failures).hasSize(1);
        assertThat(udp.sent()).isEmpty();
        assertThat(tcp.sent()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"255.255.255.255", "224.0.1.75", "0.0.0.0", "::", "ff02::1"})
    void refusesToSendToBroadcastMulticastAndWildcard(String address) {
        assertThat(layer.flowTo(Protocol.UDP, new InetSocketAddress(address, 5060)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 13, 17, 19})
    void refusesServicesThatAnswerAnything(int port) {
        assertThat(layer.flowTo(Protocol.UDP, new InetSocketAddress("192.0.2.7", port)))
                .isEmpty();
    }

    private static ForbiddenRanges forbidden(String range, String... except) {
        return ForbiddenRanges.of(List.of(new ForbiddenRanges.Forbidden(
                AddressRange.parse(range),
                Arrays.stream(except).map(AddressRange::parse).toList())));
    }

    @ParameterizedTest
    @CsvSource({
        "198.51.100.0/24, 198.51.100.7, false",
        "198.51.100.0/24, 203.0.113.7,  true",
        "192.0.2.0/24,    192.0.2.7,    true" // our listener is inside
    })
    void dropsARequestThatForgesASourceInAForbiddenNetwork(String range, String source, boolean taken)
            throws IOException {
        startWith(new TransportOptions(List.of(), false).withForbidden(forbidden(range)));

        udp.receive(new InetSocketAddress(source, 5060), Texts.options("SIP/2.0/UDP x.invalid;branch=z9hG4bKa", "f"));

        assertThat(messages.requests).hasSize(taken ? 1 : 0);
    }

    @Test
    void marksWhatCameFromOutsideWithWhereItMustNotLead() throws IOException {
        startWith(new TransportOptions(List.of(), false).withForbidden(forbidden("10.0.0.0/8", "10.0.0.5")));

        udp.receive(PEER, Texts.options("SIP/2.0/UDP 192.0.2.7:7070;branch=z9hG4bKa", "f"));
        ForbiddenRanges forbidden = messages.requests.get(0).toBuilder().build().forbidden();

        assertThat(forbidden.contains(InetAddress.getByName("10.1.1.1"))).isTrue();
        assertThat(forbidden.contains(InetAddress.getByName("10.0.0.5"))).isFalse();
        assertThat(forbidden.contains(InetAddress.getByName("11.0.0.1"))).isFalse();
    }

    @Test
    void forwardsNoResponseByItsViaIntoAForbiddenNetwork() throws IOException {
        startWith(new TransportOptions(List.of(), false).withForbidden(forbidden("10.0.0.0/8")));
        udp.receive(PEER, Texts.ok("SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa, SIP/2.0/UDP 10.0.0.1;branch=z9hG4bKb"));
        Response stray = (Response) messages.responses.get(0);

        layer.sendResponseByVia(stray.toBuilder().removeFirst(HeaderName.VIA).build(), failures::add);
        workers.remove().run();

        assertThat(failures).hasSize(1);
        assertThat(udp.sent()).isEmpty();
    }

    @Test
    void sendsNoResponseByMaddrIntoAForbiddenNetwork() throws IOException {
        startWith(new TransportOptions(List.of(), true).withForbidden(forbidden("10.0.0.0/8")));
        udp.receive(PEER, Texts.options("SIP/2.0/UDP 192.0.2.7:7070;maddr=10.0.0.1;branch=z9hG4bKa", "f"));

        layer.sendResponse(
                messages.flows.get(0),
                Response.to(messages.requests.get(0), 200).build(),
                failures::add);
        workers.remove().run();

        assertThat(failures).hasSize(1);
        assertThat(udp.sent()).isEmpty();
    }

    @Test
    void knowsTheAddressesAtWhichItWouldHearItself() throws IOException {
        FakeTransport wildcard = FakeTransport.udp("0.0.0.0", 5062, clock);
        layer = new TransportLayer(List.of(udp, wildcard), TransportOptions.DEFAULT, threads);
        layer.start(messages);

        assertThat(layer.isOwnAddress(Protocol.UDP, new InetSocketAddress("192.0.2.1", 5060)))
                .isTrue();
        assertThat(layer.isOwnAddress(Protocol.TCP, new InetSocketAddress("192.0.2.1", 5060)))
                .isFalse();
        assertThat(layer.isOwnAddress(Protocol.UDP, new InetSocketAddress("192.0.2.1", 5061)))
                .isFalse();
        assertThat(layer.isOwnAddress(Protocol.UDP, new InetSocketAddress("127.0.0.9", 5062)))
                .isTrue();
        assertThat(layer.isOwnAddress(Protocol.UDP, new InetSocketAddress("127.0.0.9", 5063)))
                .isFalse();
    }

    @Test
    void refusesPortZeroUnresolvedNamesAndProtocolsNobodyListensOn() {
        assertThat(layer.flowTo(Protocol.UDP, new InetSocketAddress("192.0.2.7", 0)))
                .isEmpty();
        assertThat(layer.flowTo(Protocol.UDP, InetSocketAddress.createUnresolved("x.invalid", 5060)))
                .isEmpty();
        assertThat(layer.flowTo(Protocol.TLS, PEER)).isEmpty();
    }

    @Test
    void choosesTheListenerThatReachesThePeer() throws IOException {
        FakeTransport loopback = FakeTransport.udp("127.0.0.1", 5060, clock);
        FakeTransport ipv6 = FakeTransport.udp("2001:db8::1", 5060, clock);
        layer = new TransportLayer(List.of(loopback, ipv6, udp), TransportOptions.DEFAULT, threads);
        layer.start(messages);

        assertThat(listenerFor("127.0.0.1")).contains(loopback.listener());
        assertThat(listenerFor("192.0.2.7")).contains(udp.listener());
        assertThat(listenerFor("2001:db8::7")).contains(ipv6.listener());
    }

    private Optional<Listener> listenerFor(String peer) {
        return layer.flowTo(Protocol.UDP, new InetSocketAddress(peer, 5060)).map(Flow::listener);
    }

    @ParameterizedTest
    @Rfc(value = 3261, section = "18.1.2")
    @Checklist("U12")
    @CsvSource({
        "UDP 192.0.2.1,        true",
        "UDP 192.0.2.1:5060,   true",
        "TCP 192.0.2.1,        true",
        "UDP 192.0.2.1:5080,   false",
        "UDP 192.0.2.2,        false",
        "UDP name.invalid,     false",
        "TLS 192.0.2.1,        false",
        "SCTP 192.0.2.1,       false"
    })
    void dropsAResponseWhoseTopViaIsNotOurs(String via, boolean ours) {
        udp.receive(PEER, Texts.ok("SIP/2.0/" + via + ";branch=z9hG4bKa"));

        assertThat(messages.responses).hasSize(ours ? 1 : 0);
    }

    @Test
    @Rfc(value = 3261, section = "18.2.1")
    @Checklist({"X1", "X2"})
    void answersAMalformedRequestWhereItCameFrom() {
        String bad = Texts.options("SIP/2.0/UDP client.invalid;rport;branch=z9hG4bKa", "bad");

        udp.receive(PEER, bad.replace("Max-Forwards: 70", "Max-Forwards: many"));

        Response answer = (Response) udp.sentTo(PEER).get(0);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.topVia().toString())
                .isEqualTo("SIP/2.0/UDP client.invalid;rport=7070;branch=z9hG4bKa;received=192.0.2.7");
        assertThat(messages.requests).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "18.3")
    void answersAndClosesAConnectionWhoseFramingIsLost() {
        String bad = Texts.options("SIP/2.0/TCP client.invalid;branch=z9hG4bKa", "bad");
        tcp.receive(PEER, bad);
        Flow flow = messages.flow();

        layer.onMessage(flow, Texts.framed(bad.replace("Content-Length: 0", "Content-Length: +5")));

        assertThat(((Response) tcp.sentTo(PEER).get(0)).status()).isEqualTo(400);
        assertThat(flow.isOpen()).isFalse();
    }

    @Test
    void neverAnswersAMalformedResponse() {
        String bad =
                new String(Texts.ok("SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa").toBytes(), StandardCharsets.UTF_8);

        udp.receive(PEER, bad.replace("CSeq: 1 OPTIONS", "CSeq: one"));

        assertThat(udp.sent()).isEmpty();
        assertThat(messages.responses).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1,        UDP, true",
        "192.0.2.1:5060,   TCP, true",
        "192.0.2.1:5061,   UDP, false",
        "192.0.2.1,        TLS, false",
        "example.com,      UDP, true",
        "EXAMPLE.com:5060, TCP, true",
        "example.com:5099, TCP, false",
        "sip.example.com,  UDP, false",
        "sip.example.com:7000, UDP, true"
    })
    void isOwnComparesHostAndPortAndTransport(String host, Protocol protocol, boolean own) throws IOException {
        startWith(new TransportOptions(
                List.of(HostPort.parse("example.com"), HostPort.parse("sip.example.com:7000")), false));

        assertThat(layer.isOwn(HostPort.parse(host), protocol)).isEqualTo(own);
    }

    @Test
    void closesTheTransportsAlreadyStartedWhenOneCannotStart() {
        List<String> calls = new ArrayList<>();
        Transport good = new ScriptedStart("good", calls, false);
        Transport bad = new ScriptedStart("bad", calls, true);
        layer = new TransportLayer(List.of(good, bad), TransportOptions.DEFAULT, threads);

        assertThatThrownBy(() -> layer.start(messages)).isInstanceOf(IOException.class);

        assertThat(calls).containsExactly("start good", "start bad", "close good", "close bad");
    }

    private static Response ok(Request request) {
        return Response.to(request, 200).build();
    }

    private static final class Messages implements MessageHandler {
        private final List<Flow> flows = new ArrayList<>();
        private final List<Request> requests = new ArrayList<>();
        private final List<Message> responses = new ArrayList<>();

        Flow flow() {
            return flows.get(0);
        }

        @Override
        public void onRequest(Flow flow, Request request) {
            flows.add(flow);
            requests.add(request);
        }

        @Override
        public void onResponse(Flow flow, Response response) {
            responses.add(response);
        }
    }

    /** Writes down its calls. */
    private record ScriptedStart(String name, List<String> calls, boolean fails) implements Transport {
        @Override
        public Listener listener() {
            InetSocketAddress bound = new InetSocketAddress("192.0.2.1", 5060);
            return new Listener(Protocol.UDP, bound, new HostPort("192.0.2.1", 5060));
        }

        @Override
        public void start(FlowHandler handler) throws IOException {
            calls.add("start " + name);
            if (fails) {
                throw new IOException("address in use");
            }
        }

        @Override
        public Flow flowTo(InetSocketAddress peer) {
            throw new IllegalStateException("not started");
        }

        @Override
        public Optional<Flow> openFlow(InetSocketAddress peer) {
            return Optional.empty();
        }

        @Override
        public void close() {
            calls.add("close " + name);
        }
    }
}
