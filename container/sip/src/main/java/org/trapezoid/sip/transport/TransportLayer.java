// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Malformed;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.HostPort;

/**
 * The transport layer, RFC 3261 §18: marks and checks the top Via of what comes in, finds the flow for what goes out.
 * Thread-safe.
 */
public final class TransportLayer implements FlowHandler, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(TransportLayer.class);

    /** How often a client shall send its keep-alives, in seconds; less than a NAT or a firewall forgets in (RFC 5626 §4.4.1). */
    private static final String KEEP_DATAGRAMS = "25";

    private static final String KEEP_STREAM = "110";

    private record Source(InetAddress address, String kind) {}

    private volatile List<Transport> transports;
    private final TransportOptions options;
    private final StackThreads threads;
    private final TrustDomain trust;
    private final ResponseRoute route;
    private final LogGate gate;
    private final Traffic traffic = new Traffic();
    private final List<Consumer<Flow>> watchers = new CopyOnWriteArrayList<>();
    private volatile MessageHandler handler = new Unready();
    private volatile LocalNames names = new LocalNames(List.of(), List.of());
    private volatile OwnAddresses own = new OwnAddresses(List.of());
    private volatile LocalNames shared = new LocalNames(List.of(), List.of());

    public TransportLayer(List<Transport> transports, TransportOptions options, StackThreads threads) {
        this(transports, options, threads, TrustDomain.EVERYBODY);
    }

    public TransportLayer(
            List<Transport> transports, TransportOptions options, StackThreads threads, TrustDomain trust) {
        this.trust = trust;
        this.transports = List.copyOf(transports);
        this.options = options;
        this.threads = threads;
        this.route = new ResponseRoute(options.honourMaddr());
        this.gate = new LogGate(threads.timers()::nanoTime);
    }

    /** Starts every transport; when one cannot, closes the others. */
    public void start(MessageHandler messageHandler) throws IOException {
        handler = trust.guard(messageHandler);
        try {
            for (Transport transport : transports) {
                transport.start(this);
                listenersChanged();
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void listenersChanged() {
        names = new LocalNames(listeners(), options.aliases());
        own = new OwnAddresses(listeners());
    }

    /** Adds a transport to those that were started; called by one thread at a time. */
    public void open(Transport transport) throws IOException {
        transport.start(this);
        List<Transport> more = new ArrayList<>(transports);
        more.add(transport);
        transports = List.copyOf(more);
        listenersChanged();
    }

    /** Closes one of them; called by one thread at a time. */
    public void close(Transport transport) {
        transports = transports.stream().filter(each -> each != transport).toList();
        listenersChanged();
        transport.close();
    }

    @Override
    public void close() {
        transports.forEach(Transport::close);
    }

    /** What was received, sent and dropped. */
    public Traffic traffic() {
        return traffic;
    }

    /** Who is inside the network of this server. */
    public TrustDomain trust() {
        return trust;
    }

    public List<Listener> listeners() {
        List<Listener> listeners = new ArrayList<>(transports.size());
        for (Transport transport : transports) {
            listeners.add(transport.listener());
        }
        return listeners;
    }

    /** Whether host and port and transport together name this server: bound, advertised or configured, or another node of its cluster. */
    public boolean isOwn(HostPort hostPort, Protocol protocol) {
        return isOfThisNode(hostPort, protocol) || shared.contains(hostPort, protocol);
    }

    /** The same, without the other nodes. */
    public boolean isOfThisNode(HostPort hostPort, Protocol protocol) {
        return names.contains(hostPort, protocol);
    }

    /** What the other nodes of the cluster advertise, in place of what was known before. Their addresses are no loops: they can be sent to. */
    public void shareNames(Collection<AdvertisedName> others) {
        shared = LocalNames.advertised(others);
    }

    /** Who gets the messages. */
    MessageHandler handler() {
        return handler;
    }

    /** Whether what is sent there comes back to us. */
    public boolean isOwnAddress(Protocol protocol, InetSocketAddress peer) {
        return own.contains(protocol, peer);
    }

    /**
     * Where to send what is of a call in progress: to this server itself in place of another node of its cluster, which may be gone. Every
     * node brings it to who has the call now.
     */
    public InetSocketAddress inCall(Protocol protocol, InetSocketAddress peer) {
        if (shared.isEmpty() || protocol.isSecure()) { // no certificate is for whom the other node is
            return peer;
        }
        HostPort name = new HostPort(LocalAddresses.literal(peer.getAddress()), peer.getPort());
        if (!shared.contains(name, protocol) || isOfThisNode(name, protocol)) {
            return peer;
        }
        for (Transport transport : transports) {
            Listener listener = transport.listener();
            if (fit(listener, protocol, peer.getAddress()) > 0 && Literals.isReachable(listener.bound())) {
                return listener.bound();
            }
        }
        return peer;
    }

    /** A flow to a peer, from the listener that fits best; empty when none does or the address is no peer's. */
    public Optional<Flow> flowTo(Protocol protocol, InetSocketAddress peer) {
        return flowTo(protocol, peer, "");
    }

    /** The same to the server of a domain, which over TLS must prove that it is one; empty: known by its address. */
    public Optional<Flow> flowTo(Protocol protocol, InetSocketAddress peer, String domain) {
        if (!Literals.isReachable(peer)) {
            return Optional.empty();
        }
        Transport best = null;
        int bestFit = -1;
        for (Transport transport : transports) {
            int fit = fit(transport.listener(), protocol, peer.getAddress());
            if (fit > bestFit) {
                best = transport;
                bestFit = fit;
            }
        }
        return best == null ? Optional.empty() : Optional.of(best.flowTo(peer, domain));
    }

    /** Whether a listener sends over this protocol to addresses of this family. */
    public boolean reaches(Protocol protocol, boolean ipv6) {
        for (Transport transport : transports) {
            Listener listener = transport.listener();
            InetAddress bound = listener.bound().getAddress();
            boolean bindsIpv6 = bound.getAddress().length == 16;
            if (listener.protocol() == protocol && (bindsIpv6 == ipv6 || (bindsIpv6 && bound.isAnyLocalAddress()))) {
                return true;
            }
        }
        return false;
    }

    /** -1 for a listener that cannot reach the peer; a loopback listener fits loopback peers. */
    private static int fit(Listener listener, Protocol protocol, InetAddress peer) {
        InetAddress bound = listener.bound().getAddress();
        if (listener.protocol() != protocol) {
            return -1;
        }
        boolean sameFamily = bound.getClass() == peer.getClass();
        if (!sameFamily && !(bound.isAnyLocalAddress() && bound.getAddress().length == 16)) {
            return -1;
        }
        return bound.isAnyLocalAddress() || bound.isLoopbackAddress() == peer.isLoopbackAddress() ? 1 : 0;
    }

    /** The flow to a peer from one of these listeners, if there is one now; over UDP there always is. */
    Optional<Flow> openFlow(Predicate<Listener> from, InetSocketAddress peer) {
        for (Transport transport : transports) {
            if (from.test(transport.listener()) && Literals.isReachable(peer)) {
                return transport.openFlow(peer);
            }
        }
        return Optional.empty();
    }

    /** The open flow of that name. */
    Optional<Flow> openFlow(FlowName name) {
        return openFlow(name::isListener, name.peer()).filter(flow -> flow.serial() == name.serial() && flow.isOpen());
    }

    /** The listener that stands for one of another node's: what is sent in its name, peers answer to this server. */
    Listener listenerLike(FlowName name) {
        Optional<Listener> any = Optional.empty();
        for (Transport transport : transports) {
            Listener listener = transport.listener();
            if (listener.protocol() == name.protocol()) {
                boolean sameFamily = listener.bound().getAddress().getClass()
                        == name.bound().getAddress().getClass();
                if (sameFamily) {
                    return listener;
                }
                any = any.isPresent() ? any : Optional.of(listener);
            }
        }
        return any.orElseGet(() -> new Listener(
                name.protocol(), name.bound(), transports.get(0).listener().advertised()));
    }

    /** As one that was received at that address, though another node did. */
    Message restricted(InetSocketAddress receivedAt, Message message) {
        if (options.forbidden().isEmpty()) {
            return message;
        }
        ForbiddenRanges forbidden = options.forbidden().forMessagesTo(receivedAt.getAddress());
        return message instanceof Request request
                ? request.toBuilder().forbid(forbidden).build()
                : ((Response) message).toBuilder().forbid(forbidden).build();
    }

    @Override
    public void onMessage(Flow flow, ParseResult result) {
        if (result instanceof ParseResult.Parsed parsed) {
            traffic.received(flow, parsed.message());
        }
        if (!options.forbidden().isEmpty()) {
            onRestricted(
                    flow, result, options.forbidden().forMessagesTo(flow.local().getAddress()));
        } else if (result instanceof ParseResult.Parsed parsed) {
            Message message = parsed.message();
            if (message instanceof Request request) {
                handler.onRequest(flow, received(request, flow));
            } else if (message instanceof Response response) {
                onResponse(flow, response);
            }
        } else if (result instanceof Malformed malformed) {
            onMalformed(flow, malformed);
        }
    }

    /** A request from a forbidden network is one with a forged source: its answer would go there. */
    private void onRestricted(Flow flow, ParseResult result, ForbiddenRanges forbidden) {
        if (result instanceof ParseResult.Parsed parsed && parsed.message() instanceof Response response) {
            onResponse(flow, response.toBuilder().forbid(forbidden).build());
        } else if (forbidden.contains(flow.peer().getAddress())) {
            traffic.dropped(Traffic.Drop.FORBIDDEN_SOURCE);
            if (gate.passes(new Source(flow.peer().getAddress(), "forbidden"))) {
                log.info("{}: request dropped, its source is in a forbidden range", flow);
            }
        } else if (result instanceof ParseResult.Parsed parsed && parsed.message() instanceof Request request) {
            Request restricted = request.toBuilder().forbid(forbidden).build();
            handler.onRequest(flow, received(restricted, flow));
        } else if (result instanceof Malformed malformed) {
            onMalformed(flow, malformed);
        }
    }

    /**
     * The way to a peer that was connected to another node, which is gone: over UDP from a listener of ours, else a connection that has
     * ended. Two applications that it has joined may go on at two nodes: what one sends is brought to the other as what the network brings.
     */
    public Flow inPlaceOf(FlowName name) {
        if (name.peer().equals(name.bound())) {
            return LoopbackFlow.restored(listenerLike(name), handler);
        }
        if (!name.protocol().isReliable()) {
            // the address of that node may have moved here
            Optional<Flow> moved = openFlow(each -> each.bound().equals(name.bound()), name.peer());
            Optional<Flow> datagrams =
                    moved.isPresent() ? moved : flowTo(name.protocol(), inCall(name.protocol(), name.peer()));
            if (datagrams.isPresent()) {
                return datagrams.get();
            }
        }
        List<Listener> all = listeners();
        Listener listener = all.stream()
                .filter(each -> each.protocol() == name.protocol())
                .findFirst()
                .orElse(all.get(0));
        return new GoneFlow(listener, name, threads::later);
    }

    /** Somebody who is told of each connection that ended. */
    public void onFlowClosed(Consumer<Flow> watcher) {
        watchers.add(watcher);
    }

    @Override
    public void onClosed(Flow flow) {
        handler.onClosed(flow);
        watchers.forEach(watcher -> watcher.accept(flow));
    }

    /** RFC 3261 §18.2.1, RFC 3581 §4, RFC 6223 §4.3. */
    private Request received(Request request, Flow flow) {
        Via via = request.topVia();
        Via marked = marked(via, flow);
        return marked.equals(via)
                ? request
                : request.toBuilder()
                        .replaceFirst(HeaderName.VIA, marked.toString())
                        .build();
    }

    /** RFC 3261 §18.1.2: a response whose top Via is not ours is dropped. */
    private void onResponse(Flow flow, Response response) {
        Via via = response.topVia();
        Optional<Protocol> protocol = Protocol.of(via.transport());
        if (protocol.isPresent() && isOwn(via.sentBy(), protocol.get())) {
            handler.onResponse(flow, response);
        } else {
            traffic.dropped(Traffic.Drop.FOREIGN_VIA);
            if (gate.passes(new Source(flow.peer().getAddress(), "via"))) {
                log.debug("{}: response dropped, its top Via {} is not ours", flow, via.sentBy());
            }
        }
    }

    private void onMalformed(Flow flow, Malformed malformed) {
        traffic.dropped(Traffic.Drop.MALFORMED);
        if (gate.passes(new Source(flow.peer().getAddress(), "malformed"))) {
            log.debug("{}: malformed message: {}", flow, malformed.reason());
        }
        malformed.answer().ifPresent(answer -> sendResponse(flow, received(answer, flow), failure -> {}));
        if (malformed.closeConnection()) {
            flow.close();
        }
    }

    /** The answer has its Via from a request that was not marked yet. */
    private Response received(Response answer, Flow flow) {
        return answer.toBuilder()
                .replaceFirst(HeaderName.VIA, marked(answer.topVia(), flow).toString())
                .build();
    }

    private Via marked(Via via, Flow flow) {
        boolean forced =
                options.symmetric() && !flow.isReliable() && !via.parameters().has("rport");
        Via marked = (forced ? via.with("rport", "") : via).from(flow.peer());
        boolean asksToKeep =
                via.parameters().value("keep").filter(String::isEmpty).isPresent();
        return asksToKeep ? marked.with("keep", flow.isReliable() ? KEEP_STREAM : KEEP_DATAGRAMS) : marked;
    }

    /**
     * Sends a response to where its request came from, RFC 3261 §18.2.2 with RFC 3581 §4: from the same socket, on the same
     * connection; when that is gone, on a new one to the same address and the port of sent-by.
     */
    public void sendResponse(Flow receivedOn, Response response, Consumer<IOException> onFailure) {
        send(receivedOn, trust.sent(receivedOn, response), onFailure);
    }

    private void send(Flow receivedOn, Response response, Consumer<IOException> onFailure) {
        traffic.sent(receivedOn, response);
        if (!receivedOn.leavesHere()) {
            receivedOn.send(response, onFailure);
        } else if (!receivedOn.isReliable()) {
            sendDatagram(receivedOn, response, onFailure);
        } else if (receivedOn.isOpen()) {
            receivedOn.send(response, failure -> sendOnNewConnection(receivedOn, response, failure, onFailure));
        } else {
            sendOnNewConnection(
                    receivedOn, response, new IOException("connection of the request is closed"), onFailure);
        }
    }

    private void sendDatagram(Flow receivedOn, Response response, Consumer<IOException> onFailure) {
        boolean fromHere =
                isOwnAddress(receivedOn.protocol(), receivedOn.peer()); // maybe in the name of a node that is gone
        InetSocketAddress destination =
                fromHere ? receivedOn.peer() : route.unreliable(response.topVia(), receivedOn.peer());
        if (!receivedOn.isOpen()) {
            sendFromAnother(receivedOn, destination, response, onFailure);
            return;
        }
        if (destination.equals(receivedOn.peer())) {
            receivedOn.send(response, onFailure);
            return;
        }
        Optional<Transport> transport = transportOf(receivedOn.listener());
        if (transport.isPresent() && Literals.isReachable(destination) && !isForbidden(receivedOn, destination)) {
            transport.get().flowTo(destination).send(response, onFailure);
        } else {
            fail(onFailure, new IOException("no way to send a response to " + destination));
        }
    }

    /** The address of a listener may have moved to another host since the request came. */
    private void sendFromAnother(Flow lost, InetSocketAddress to, Response response, Consumer<IOException> onFailure) {
        Optional<Flow> other =
                flowTo(lost.protocol(), to).filter(flow -> to.equals(lost.peer()) || !isForbidden(lost, to));
        if (other.isPresent()) {
            other.get().send(response, onFailure);
        } else {
            fail(onFailure, new IOException("the listener of the request is closed"));
        }
    }

    private boolean isForbidden(Flow receivedOn, InetSocketAddress destination) {
        return options.forbidden()
                .forMessagesTo(receivedOn.local().getAddress())
                .contains(destination.getAddress());
    }

    private void sendOnNewConnection(Flow lost, Response response, IOException cause, Consumer<IOException> onFailure) {
        Protocol protocol = lost.protocol();
        Optional<Transport> transport = transportOf(lost.listener());
        if (protocol.isWebSocket() || transport.isEmpty()) {
            fail(onFailure, cause); // a WebSocket client cannot be connected to, RFC 7118 §5
            return;
        }
        Via via = response.topVia();
        transport
                .get()
                .flowTo(route.reconnect(via, lost.peer()), via.sentBy().host())
                .send(response, onFailure);
    }

    /** Sends a response by its top Via alone, as a stateless proxy does, RFC 3261 §16.11. */
    public void sendResponseByVia(Response response, Consumer<IOException> onFailure) {
        Via via = response.topVia();
        Optional<Flow> flow = Protocol.of(via.transport())
                .flatMap(protocol -> protocol.isReliable() ? connection(protocol, via) : datagrams(protocol, via))
                .filter(found -> !response.forbidden().contains(found.peer().getAddress()));
        if (flow.isPresent()) {
            traffic.sent(flow.get(), response);
            flow.get().send(trust.sent(flow.get(), response), onFailure);
        } else {
            fail(onFailure, new IOException("no way to send a response to " + via));
        }
    }

    private Optional<Flow> datagrams(Protocol protocol, Via via) {
        return route.stateless(via).flatMap(peer -> flowTo(protocol, peer));
    }

    private Optional<Flow> connection(Protocol protocol, Via via) {
        Optional<InetSocketAddress> source = route.stateless(via);
        if (source.isPresent()) {
            for (Transport transport : transports) {
                if (transport.listener().protocol() == protocol) {
                    Optional<Flow> open = transport.openFlow(source.get());
                    if (open.isPresent()) {
                        return open;
                    }
                }
            }
        }
        return route.statelessReconnect(via)
                .flatMap(peer -> flowTo(protocol, peer, via.sentBy().host()));
    }

    private Optional<Transport> transportOf(Listener listener) {
        for (Transport transport : transports) {
            if (transport.listener().equals(listener)) {
                return Optional.of(transport);
            }
        }
        return Optional.empty();
    }

    void fail(Consumer<IOException> onFailure, IOException cause) {
        threads.later(() -> onFailure.accept(cause));
    }

    /** Drops what arrives before the server is ready for it. */
    private static final class Unready implements MessageHandler {
        @Override
        public void onRequest(Flow flow, Request request) {
            log.debug("{}: request before start", flow);
        }

        @Override
        public void onResponse(Flow flow, Response response) {
            log.debug("{}: response before start", flow);
        }
    }
}
