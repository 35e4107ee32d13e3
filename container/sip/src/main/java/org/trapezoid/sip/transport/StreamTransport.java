// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.StreamFramer;
import org.trapezoid.sip.tls.TlsContext;

/**
 * SIP over TCP or TLS, RFC 3261 §18: accepts connections, and makes them from the address it listens on. Over TLS a connection
 * is used again for a domain only when the peer proved that domain on it (RFC 5923 §5, RFC 5922 §7.3). Thread-safe.
 */
public final class StreamTransport implements Transport {
    private static final Logger log = LoggerFactory.getLogger(StreamTransport.class);
    private static final int BACKLOG = 1024;
    private static final int BATCH = 32 << 10;

    /** A server of a domain. */
    private record Served(InetSocketAddress address, String domain) {}

    private final Protocol protocol;
    private final Optional<TlsContext> tls;
    private final Binding binding;
    private final StreamOptions options;
    private final StreamSelectors selectors;
    private final MessageParser parser;
    private final Limits limits;
    private final StackThreads threads;
    private final LogGate gate;
    private final Buffers buffers = new Buffers(BATCH);
    private final Buffers readBuffers = new Buffers(BATCH);
    private final ConnectionCounts counts;
    /** Connections while they take messages: by remote address, or by that and the domain that was proved ({@link Served}). */
    private final ConcurrentHashMap<Object, StreamFlow> flows = new ConcurrentHashMap<>();
    /** Every connection that has not ended. */
    private final Set<StreamFlow> all = ConcurrentHashMap.newKeySet();

    private volatile Listener listener;
    private volatile @Nullable FlowHandler handler;
    private volatile @Nullable ServerSocketChannel server;
    private volatile boolean closed;

    public StreamTransport(
            Binding binding,
            StreamOptions options,
            StreamSelectors selectors,
            MessageParser parser,
            Limits limits,
            StackThreads threads) {
        this(Protocol.TCP, Optional.empty(), binding, options, selectors, parser, limits, threads);
    }

    /** The same behind TLS. */
    public StreamTransport(
            TlsContext tls,
            Binding binding,
            StreamOptions options,
            StreamSelectors selectors,
            MessageParser parser,
            Limits limits,
            StackThreads threads) {
        this(Protocol.TLS, Optional.of(tls), binding, options, selectors, parser, limits, threads);
    }

    private StreamTransport(
            Protocol protocol,
            Optional<TlsContext> tls,
            Binding binding,
            StreamOptions options,
            StreamSelectors selectors,
            MessageParser parser,
            Limits limits,
            StackThreads threads) {
        this.protocol = protocol;
        this.tls = tls;
        this.binding = binding;
        this.options = options;
        this.selectors = selectors;
        this.parser = parser;
        this.limits = limits;
        this.threads = threads;
        this.gate = new LogGate(threads.timers()::nanoTime);
        this.counts = new ConnectionCounts(options.maxConnections(), options.maxPerAddress());
        this.listener = binding.listener(protocol, binding.address());
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public void start(FlowHandler flowHandler) throws IOException {
        ServerSocketChannel opened = ServerSocketChannel.open();
        try {
            opened.bind(binding.address(), BACKLOG);
            opened.configureBlocking(false);
            listener = binding.listener(protocol, (InetSocketAddress) opened.getLocalAddress());
            handler = flowHandler;
            server = opened;
            selectors.listen(opened, this);
        } catch (IOException | RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    @Override
    public Flow flowTo(InetSocketAddress peer) {
        return flowTo(peer, "");
    }

    @Override
    public Flow flowTo(InetSocketAddress peer, String domain) {
        String proven = provable(domain);
        Object key = key(peer, proven);
        while (true) {
            StreamFlow known = flows.get(key);
            if (known != null && known.isOpen()) {
                return known;
            }
            StreamFlow wanted = StreamFlow.wanted(this, peer, proven);
            boolean entered =
                    known == null ? flows.putIfAbsent(key, wanted) == null : flows.replace(key, known, wanted);
            if (entered) {
                all.add(wanted);
                connect(wanted);
                return wanted;
            }
        }
    }

    /** What a peer must prove: without TLS nothing, for an address no name. */
    private String provable(String domain) {
        return tls.isEmpty() || domain.isEmpty() || Literals.address(domain).isPresent()
                ? ""
                : domain.toLowerCase(Locale.ROOT);
    }

    private static Object key(InetSocketAddress peer, String domain) {
        return domain.isEmpty() ? peer : new Served(peer, domain);
    }

    private void connect(StreamFlow flow) {
        if (closed) {
            flow.end(new IOException("listener " + listener.bound() + " is closed"));
            return;
        }
        try {
            selectors.connect(flow, binding.address().getAddress());
        } catch (IOException e) {
            flow.end(e);
        } catch (RuntimeException e) { // an address of another family, or none
            flow.end(new IOException("cannot connect to " + flow.peer() + " from " + listener.bound(), e));
        }
    }

    @Override
    public Optional<Flow> openFlow(InetSocketAddress peer) {
        StreamFlow known = flows.get(peer);
        return known != null && known.isOpen() ? Optional.of(known) : Optional.empty();
    }

    @Override
    public void close() {
        closed = true;
        ServerSocketChannel accepting = server;
        if (accepting != null) {
            try {
                accepting.close();
            } catch (IOException e) {
                log.debug("closing {}", listener, e);
            }
            selectors.forget(accepting);
        }
        all.forEach(StreamFlow::close);
    }

    /** A connection that may live, or empty when there are too many. */
    Optional<StreamFlow> accepted(SocketChannel channel) throws IOException {
        InetSocketAddress peer = (InetSocketAddress) channel.getRemoteAddress();
        if (closed || !counts.admit(peer.getAddress())) {
            if (gate.passes(peer.getAddress())) {
                log.info("{}: connection refused, too many from {} or in all", listener.bound(), peer.getAddress());
            }
            return Optional.empty();
        }
        StreamFlow flow = StreamFlow.accepted(this, peer);
        all.add(flow);
        flows.put(peer, flow);
        return Optional.of(flow);
    }

    /** Not to be reused any more. */
    void forget(StreamFlow flow) {
        flows.remove(key(flow.peer(), flow.domain()), flow);
        for (Object alias : flow.aliases()) {
            flows.remove(alias, flow);
        }
    }

    /** Requests for these domains to this address may go over a connection that the peer made, RFC 5923 §5. */
    void reuse(StreamFlow flow, InetSocketAddress address, List<String> domains) {
        List<Object> aliases =
                domains.stream().map(domain -> key(address, provable(domain))).toList();
        flow.aliases(aliases);
        for (Object alias : aliases) {
            flows.compute(alias, (same, known) -> known != null && known.isOpen() ? known : flow);
        }
        if (!flow.isOpen()) {
            forget(flow);
        }
    }

    void ended(StreamFlow flow, List<Consumer<IOException>> untold, IOException cause) {
        forget(flow);
        if (all.remove(flow) && flow.isAccepted()) {
            counts.release(flow.peer().getAddress());
        }
        threads.later(() -> {
            untold.forEach(failure -> tellOne(failure, cause));
            handler().onClosed(flow);
        });
    }

    void tell(List<Consumer<IOException>> failures, IOException cause) {
        threads.later(() -> failures.forEach(failure -> tellOne(failure, cause)));
    }

    private static void tellOne(Consumer<IOException> failure, IOException cause) {
        try {
            failure.accept(cause);
        } catch (RuntimeException e) {
            log.warn("a failure could not be told", e);
        }
    }

    /** Looks for connections that outlived a deadline; false when there will be none any more. */
    boolean check(long connectTimeout) {
        long now = nanoTime();
        for (StreamFlow flow : all) {
            flow.check(now, connectTimeout);
        }
        return !closed || !all.isEmpty();
    }

    FlowHandler handler() {
        FlowHandler present = handler;
        if (present == null) {
            throw new IllegalStateException("listener " + binding.address() + " is not started");
        }
        return present;
    }

    void report(Throwable fault) {
        if (gate.passes(fault.getClass())) {
            log.error("{}: message failed", listener.bound(), fault);
        }
    }

    Optional<TlsContext> tls() {
        return tls;
    }

    StreamFramer framer() {
        return new StreamFramer(parser, limits);
    }

    StreamOptions options() {
        return options;
    }

    Buffers buffers() {
        return buffers;
    }

    Buffers readBuffers() {
        return readBuffers;
    }

    StackThreads threads() {
        return threads;
    }

    long nanoTime() {
        return threads.timers().nanoTime();
    }
}
