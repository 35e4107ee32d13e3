// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.security.WebSocketOpening;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.tls.TlsPeer;
import org.trapezoid.sip.transport.Binding;
import org.trapezoid.sip.transport.ConnectionCounts;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowHandler;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.LogGate;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.Transport;

/**
 * SIP over WebSocket on one HTTP port, RFC 7118: WS, or WSS on a port with TLS. Only clients connect; a request to one
 * leaves over the connection it has, or not at all. Thread-safe.
 */
public final class WebSocketTransport implements Transport {
    private static final Logger log = LoggerFactory.getLogger(WebSocketTransport.class);
    private static final long CHECK_MILLIS = 1000;

    private final HttpPort port;
    private final Binding binding;
    private final Protocol protocol;
    private final WebSocketOptions options;
    private final MessageParser parser;
    private final int longestMessage;
    private final StackThreads threads;
    private final long checkMillis;
    private final LogGate gate;
    private final ConnectionCounts counts;
    private final WebSocketHandshake handshake;
    /** Connections by remote address, while they take messages. */
    private final ConcurrentHashMap<InetSocketAddress, WebSocketFlow> flows = new ConcurrentHashMap<>();
    /** Every connection that has not ended. */
    private final Set<WebSocketFlow> all = ConcurrentHashMap.newKeySet();

    private volatile Listener listener;
    private volatile @Nullable FlowHandler handler;
    private volatile boolean closed;

    /** @param advertised the host that goes into Via and Record-Route; of {@code binding} only its name counts */
    public WebSocketTransport(
            HttpPort port, Binding advertised, WebSocketOptions options, Limits limits, StackThreads threads) {
        this(port, advertised, options, limits, threads, CHECK_MILLIS);
    }

    WebSocketTransport(
            HttpPort port,
            Binding advertised,
            WebSocketOptions options,
            Limits limits,
            StackThreads threads,
            long checkMillis) {
        this.port = port;
        this.binding = advertised;
        this.protocol = port.isSecure() ? Protocol.WSS : Protocol.WS;
        this.options = options;
        this.longestMessage = limits.headerBlock() + limits.body();
        this.parser = new MessageParser(whole(limits, longestMessage));
        this.threads = threads;
        this.checkMillis = checkMillis;
        this.gate = new LogGate(threads.timers()::nanoTime);
        this.counts = new ConnectionCounts(
                options.streams().maxConnections(), options.streams().maxPerAddress());
        this.handshake = new WebSocketHandshake(this, port.connector());
        this.listener = advertised.listener(protocol, port.wanted());
    }

    /** A message comes whole like a datagram, and may be as long as over TCP. */
    private static Limits whole(Limits limits, int longest) {
        return new Limits(
                longest,
                limits.headerBlock(),
                limits.line(),
                limits.headers(),
                limits.vias(),
                limits.parameters(),
                limits.uri(),
                limits.body());
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public void start(FlowHandler flowHandler) throws IOException {
        listener = binding.listener(protocol, port.bind());
        handler = flowHandler;
        port.serve(this);
        scheduleCheck();
    }

    @Override
    public Flow flowTo(InetSocketAddress peer) {
        return openFlow(peer).orElseGet(() -> WebSocketFlow.none(this, peer));
    }

    @Override
    public Optional<Flow> openFlow(InetSocketAddress peer) {
        return Optional.ofNullable(flows.get(peer));
    }

    @Override
    public void close() {
        closed = true;
        all.forEach(WebSocketFlow::leave);
    }

    /**
     * Answers an upgrade request to our path, below the root or the path of an application; false for any other request.
     *
     * @param servlet the same request as the application sees it; null: none does
     */
    boolean upgrade(Request request, Response response, Callback callback, @Nullable HttpServletRequest servlet) {
        return handshake.handle(request, response, callback, servlet);
    }

    /** A connection that may live, or empty when there are too many. */
    Optional<WebSocketFlow> accepted(
            InetSocketAddress local, InetSocketAddress peer, Optional<TlsPeer> tls, WebSocketOpening opening) {
        if (closed || handler == null || !counts.admit(peer.getAddress())) {
            if (gate.passes(peer.getAddress())) {
                log.info("{}: connection refused, too many from {} or in all", listener.bound(), peer.getAddress());
            }
            return Optional.empty();
        }
        WebSocketFlow flow = new WebSocketFlow(this, local, peer, tls, opening);
        all.add(flow);
        return Optional.of(flow);
    }

    void opened(WebSocketFlow flow) {
        flows.put(flow.peer(), flow);
    }

    /** Not to be used for requests any more. */
    void forget(WebSocketFlow flow) {
        flows.remove(flow.peer(), flow);
    }

    void ended(WebSocketFlow flow, boolean wasOpen) {
        forget(flow);
        if (all.remove(flow)) {
            counts.release(flow.peer().getAddress());
            FlowHandler told = handler;
            if (wasOpen && told != null) {
                threads.later(() -> told.onClosed(flow));
            }
        }
    }

    void tell(Consumer<IOException> failure, IOException cause) {
        threads.later(() -> {
            try {
                failure.accept(cause);
            } catch (RuntimeException e) {
                log.warn("a failure could not be told", e);
            }
        });
    }

    private void scheduleCheck() {
        Scheduler scheduler = port.connector().getScheduler();
        if (scheduler.isRunning()) {
            scheduler.schedule(this::check, checkMillis, TimeUnit.MILLISECONDS);
        }
    }

    /** Looks for connections that outlived a deadline or became silent. */
    private void check() {
        try {
            long now = nanoTime();
            for (WebSocketFlow flow : all) {
                flow.check(now);
            }
        } catch (RuntimeException e) {
            report(e);
        }
        if (!closed || !all.isEmpty()) {
            scheduleCheck();
        }
    }

    FlowHandler handler() {
        FlowHandler present = handler;
        if (present == null) {
            throw new IllegalStateException("WebSocket on " + port.wanted() + " is not started");
        }
        return present;
    }

    void report(Throwable fault) {
        if (gate.passes(fault.getClass())) {
            log.error("{}: message failed", listener.bound(), fault);
        }
    }

    /** Says once in a while why clients of an address are turned away. */
    void refused(InetSocketAddress peer, String reason) {
        if (gate.passes(peer.getAddress())) {
            log.info("{}: {} refused, {}", listener.bound(), peer, reason);
        }
    }

    Protocol protocol() {
        return protocol;
    }

    WebSocketOptions options() {
        return options;
    }

    MessageParser parser() {
        return parser;
    }

    int longestMessage() {
        return longestMessage;
    }

    StackThreads threads() {
        return threads;
    }

    long nanoTime() {
        return threads.timers().nanoTime();
    }
}
