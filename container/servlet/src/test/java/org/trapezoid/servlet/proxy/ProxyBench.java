// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.trapezoid.servlet.router.Actor;
import org.trapezoid.servlet.router.Outbound;
import org.trapezoid.servlet.router.RoutingState;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Stranded;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.locate.Hop;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transaction.ClientUser;
import org.trapezoid.sip.transaction.OutgoingRequest;
import org.trapezoid.sip.transaction.RequestFinisher;
import org.trapezoid.sip.transaction.RequestHandler;
import org.trapezoid.sip.transaction.RequestSender;
import org.trapezoid.sip.transaction.Sent;
import org.trapezoid.sip.transaction.ServerTransaction;
import org.trapezoid.sip.transaction.Timing;
import org.trapezoid.sip.transaction.TransactionLayer;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.transport.TransportOptions;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** A proxy over the real transaction layer in virtual time; the test plays the application and every peer. */
final class ProxyBench implements RequestHandler, Outbound {
    static final InetSocketAddress CALLER = new InetSocketAddress("192.0.2.1", 5060);
    static final InetSocketAddress ALICE = new InetSocketAddress("192.0.2.21", 5060);
    static final InetSocketAddress BOB = new InetSocketAddress("192.0.2.22", 5060);
    static final InetSocketAddress CAROL = new InetSocketAddress("192.0.2.23", 5060);

    final ManualClock clock = new ManualClock();
    final FakeTransport udp = FakeTransport.udp("192.0.2.10", 5060, clock);
    final FakeTransport tcp = FakeTransport.tcp("192.0.2.10", 5060, clock);
    final FakeTransport tls = new FakeTransport(Protocol.TLS, new InetSocketAddress("192.0.2.10", 5061), clock);
    final TransportLayer transports = new TransportLayer(
            List.of(udp, tcp, tls), TransportOptions.DEFAULT, new StackThreads(new Readers(), clock, Runnable::run));
    final Identifiers identifiers = new Identifiers(new Random(1));
    final TransactionLayer layer =
            new TransactionLayer(transports, clock.strands(), clock, Timing.RFC3261, identifiers);
    final FlowTokens flows = new FlowTokens(transports, new byte[32], 1);
    final RequestSender sender = new RequestSender(
            uri -> CompletableFuture.completedFuture(hops(uri)), layer, transports, identifiers, flows);
    final ProxyEnvironment environment =
            new ProxyEnvironment(this, clock, new LoopDetector(42), this::isOwn, Set.of("known"), flows);
    final DialogForwarder dialogs = new DialogForwarder(environment);
    final ProxySettings settings = new ProxySettings();
    final RecordingListener listener = new RecordingListener();
    final List<ProxyCore> cores = new ArrayList<>();
    RoutingState state = RoutingState.NEW;
    Consumer<ProxyCore> application = core -> {};

    ProxyBench() {
        layer.handler(this);
        try {
            transports.start(layer);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // ---- the server

    @Override
    public OptionalInt admit(Flow flow, Request request) {
        return OptionalInt.empty();
    }

    @Override
    public void onRequest(ServerTransaction transaction, Request request) {
        Request routed = RoutePreprocessor.process(request, this::isOwn).request();
        if (request.toTag().isPresent()) {
            cores.add(dialogs.forward(transaction, routed));
            return;
        }
        ProxyCore core = new ProxyCore(transaction, routed, state, environment, settings, listener);
        cores.add(core);
        application.accept(core);
    }

    @Override
    public void onAck(Flow flow, Request ack) {
        dialogs.forwardAck(RoutePreprocessor.process(ack, this::isOwn).request());
    }

    @Override
    public boolean onStrayCancel(Flow flow, Request cancel) {
        return false;
    }

    @Override
    public boolean onStrayResponse(Flow flow, Response response) {
        return false;
    }

    @Override
    public Outbound as(Actor sender) {
        return this;
    }

    @Override
    public OutgoingRequest send(
            Stranded owner, Request request, RoutingState routing, ClientUser user, RequestFinisher finisher) {
        return sender.send(owner, request, user, finisher);
    }

    @Override
    public OutgoingRequest send(
            Stranded owner,
            Request request,
            RoutingState routing,
            ClientUser user,
            RequestFinisher finisher,
            String branchEnd) {
        return sender.send(owner, request, user, finisher, branchEnd);
    }

    @Override
    public OutgoingRequest refuse(Stranded owner, Request request, int status, ClientUser user) {
        return sender.refuse(owner, request, status, Response.defaultReason(status), user);
    }

    @Override
    public Sent sendAck(Request ack) {
        return sender.sendDirect(ack);
    }

    private boolean isOwn(Uri uri) {
        return uri instanceof SipUri sip
                && transports.isOwn(
                        sip.hostPort(), sip.transport().flatMap(Protocol::of).orElse(Protocol.UDP));
    }

    /** Addresses only; {@code two.example.com} has two of them. */
    private static List<Hop> hops(Uri uri) {
        SipUri sip = (SipUri) uri;
        Protocol protocol = sip.secure()
                ? Protocol.TLS
                : sip.transport().flatMap(Protocol::of).orElse(Protocol.UDP);
        if (sip.host().equals("two.example.com")) {
            return List.of(new Hop(protocol, ALICE), new Hop(protocol, BOB));
        }
        try {
            int port = sip.port() < 0 ? 5060 : sip.port();
            return List.of(new Hop(protocol, new InetSocketAddress(InetAddress.getByName(sip.host()), port)));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    // ---- the application

    /** The application proxies to these addresses as soon as it gets the request. */
    ProxyBench proxyTo(InetSocketAddress... peers) {
        application = core -> core.fork(uris(peers));
        return this;
    }

    static List<Uri> uris(InetSocketAddress... peers) {
        List<Uri> uris = new ArrayList<>();
        for (InetSocketAddress peer : peers) {
            uris.add(uri(peer));
        }
        return uris;
    }

    static Uri uri(InetSocketAddress peer) {
        return Uri.parse("sip:bob@" + peer.getAddress().getHostAddress());
    }

    ProxyCore core() {
        return cores.get(cores.size() - 1);
    }

    /** The application does something later, from wherever. */
    void later(Consumer<ProxyCore> action) {
        Strand.run(core(), () -> action.accept(core()));
    }

    // ---- the caller

    /** An INVITE arrives, with more header lines. */
    void invite(String... lines) {
        receive(request("INVITE", "sip:bob@example.com", lines));
    }

    void receive(String request) {
        udp.receive(CALLER, request);
    }

    static String request(String method, String uri, String... lines) {
        StringBuilder text = new StringBuilder(method + ' ' + uri + " SIP/2.0\n");
        text.append("Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKcaller\n");
        if (!has("Max-Forwards:", lines)) {
            text.append("Max-Forwards: 70\n");
        }
        text.append("From: <sip:alice@example.com>;tag=from1\n");
        if (!has("To:", lines)) {
            text.append("To: <sip:bob@example.com>\n");
        }
        text.append("Call-ID: call1\n");
        text.append("CSeq: 1 " + method + '\n');
        for (String line : lines) {
            text.append(line).append('\n');
        }
        return text.append("Content-Length: 0\n\n").toString();
    }

    private static boolean has(String start, String... lines) {
        return Arrays.stream(lines).anyMatch(line -> line.startsWith(start));
    }

    void cancel(String... lines) {
        receive(request("CANCEL", "sip:bob@example.com", lines));
    }

    /** Everything the caller got but 100. */
    List<Response> responses() {
        List<Response> responses = new ArrayList<>();
        for (Message message : udp.sentTo(CALLER)) {
            if (message instanceof Response response && response.status() > 100) {
                responses.add(response);
            }
        }
        return responses;
    }

    List<Integer> statuses() {
        return responses().stream().map(Response::status).toList();
    }

    Response lastResponse() {
        List<Response> all = responses();
        return all.get(all.size() - 1);
    }

    // ---- the callees

    List<Request> requestsTo(InetSocketAddress peer) {
        return transportTo(peer).sentTo(peer).stream()
                .filter(Request.class::isInstance)
                .map(Request.class::cast)
                .toList();
    }

    List<String> methodsTo(InetSocketAddress peer) {
        return requestsTo(peer).stream().map(request -> request.method().name()).toList();
    }

    /** The request a callee is to answer. */
    Request requestTo(InetSocketAddress peer) {
        return requestsTo(peer).stream()
                .filter(request -> !request.method().equals(Method.ACK)
                        && !request.method().equals(Method.CANCEL))
                .reduce((earlier, later) -> later)
                .orElseThrow(() -> new AssertionError("nothing was sent to " + peer + ": " + udp.sent()));
    }

    Request lastTo(InetSocketAddress peer) {
        List<Request> all = requestsTo(peer);
        return all.get(all.size() - 1);
    }

    /** TLS if anything went there over it. */
    private FakeTransport transportTo(InetSocketAddress peer) {
        return tls.sentTo(peer).isEmpty() ? udp : tls;
    }

    /** A callee answers. */
    void answer(InetSocketAddress peer, int status, String... lines) {
        transportTo(peer).receive(peer, response(peer, status, lines));
    }

    Response response(InetSocketAddress peer, int status, String... lines) {
        Response.Builder builder = Response.to(requestTo(peer), status);
        if (status > 100) {
            builder.toTag("to" + peer.getAddress().getAddress()[3]);
        }
        for (String line : lines) {
            int colon = line.indexOf(':');
            builder.add(
                    HeaderName.of(line.substring(0, colon)),
                    line.substring(colon + 1).strip());
        }
        return builder.build();
    }

    /** A callee accepts a CANCEL and ends its INVITE. */
    void answerCancel(InetSocketAddress peer) {
        udp.receive(peer, Response.to(lastTo(peer), 200).build());
        answer(peer, 487);
    }

    void advance(Duration time) {
        clock.advance(time);
    }

    void advanceSeconds(long seconds) {
        clock.advance(Duration.ofSeconds(seconds));
    }

    static Request parse(String text) {
        byte[] bytes = text.replace("\n", "\r\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        ParseResult result = new MessageParser(Limits.DEFAULT).parseDatagram(bytes, 0, bytes.length);
        return (Request) ((ParseResult.Parsed) result).message();
    }
}
