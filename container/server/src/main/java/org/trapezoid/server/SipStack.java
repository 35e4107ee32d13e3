// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.dispatch.AdmissionControl;
import org.trapezoid.servlet.dispatch.ServletLayer;
import org.trapezoid.servlet.location.KeepAlive;
import org.trapezoid.sip.concurrent.QueueWait;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.concurrent.Strands;
import org.trapezoid.sip.concurrent.Threads;
import org.trapezoid.sip.concurrent.TimerWheel;
import org.trapezoid.sip.concurrent.Workers;
import org.trapezoid.sip.locate.Dns;
import org.trapezoid.sip.locate.DnsAnswer;
import org.trapezoid.sip.locate.DnsCache;
import org.trapezoid.sip.locate.DnsJava;
import org.trapezoid.sip.locate.DnsLocator;
import org.trapezoid.sip.locate.DnsOptions;
import org.trapezoid.sip.locate.HopHealth;
import org.trapezoid.sip.locate.ServerLocator;
import org.trapezoid.sip.locate.StaticLocator;
import org.trapezoid.sip.locate.StaticRoute;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.tls.ClientAuth;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.tls.TlsOptions;
import org.trapezoid.sip.transaction.HopSelection;
import org.trapezoid.sip.transaction.RequestSender;
import org.trapezoid.sip.transaction.Timing;
import org.trapezoid.sip.transaction.TransactionLayer;
import org.trapezoid.sip.transport.Binding;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.Literals;
import org.trapezoid.sip.transport.MessageHandler;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.StreamOptions;
import org.trapezoid.sip.transport.StreamSelectors;
import org.trapezoid.sip.transport.StreamTransport;
import org.trapezoid.sip.transport.Transport;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.transport.TransportOptions;
import org.trapezoid.sip.transport.TrustDomain;
import org.trapezoid.sip.transport.UdpOptions;
import org.trapezoid.sip.transport.UdpTransport;
import org.trapezoid.sip.uri.AddressRange;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SipUri;

/** The SIP stack of one server, wired from its configuration. Started and stopped once. */
final class SipStack {

    private static final Path HOSTS = Path.of("/etc/hosts");
    private static final int DNS_PORT = 53;
    private static final int MTU_MARGIN = 200; // RFC 3261 §18.1.1
    private static final Duration DRAIN_CHECK = Duration.ofMillis(20);

    private final Workers workers = Threads.workers("sip-worker", Threads.WORKERS);
    private final Readers readers = new Readers();
    private final TimerWheel timers = new TimerWheel(readers);
    private final Strands strands = new Strands(workers, timers);
    private final RandomGenerator random = new BufferedRandom();
    private final InstantSource clock = InstantSource.system();
    private final Identifiers identifiers = new Identifiers(random);
    private final StreamSelectors selectors = new StreamSelectors();
    private final TransportLayer transports;
    private final DnsJava dns;
    private Dns names = question -> CompletableFuture.completedFuture(DnsAnswer.NOTHING);
    private final TransactionLayer transactions;
    private final RequestSender sender;
    private final Timing timing;
    private final CertificateWatch certificates;
    private final Map<Binding, Supplier<Transport>> movable = new LinkedHashMap<>();
    private final AddressWatch addresses;
    private final QueueWait queueWait;
    private final Limits limits;

    /** Transports that others make: those of the HTTP port. */
    interface FurtherTransports {
        List<Transport> make(Limits limits, StreamOptions streams, StackThreads threads);

        /** Their keys, whose files are watched. */
        List<TlsContext> keys();
    }

    /**
     * A stack whose listeners have the addresses of {@link #bindings} and the keys of {@link #keys}.
     *
     * @param secret 32 bytes; what is sealed with them and is to count after a restart needs the same again
     * @param cluster what seals flow tokens instead, on a node of a cluster
     */
    SipStack(
            SipConfig config,
            List<Binding> bindings,
            List<Optional<TlsContext>> keys,
            FurtherTransports further,
            byte[] secret,
            Optional<ClusterLink> cluster) {
        limits = limits(config.limits().messages());
        queueWait = new QueueWait(config.limits().load().queueWait(), workers, timers::nanoTime);
        StackThreads threads = new StackThreads(readers, timers, workers, queueWait);
        List<TlsContext> watched =
                new ArrayList<>(keys.stream().flatMap(Optional::stream).toList());
        watched.addAll(further.keys());
        certificates = new CertificateWatch(watched, strands.create(), threads);
        StreamOptions streams = streams(config.limits().connections());
        List<Transport> all = new ArrayList<>(transports(config, bindings, keys, limits, streams, threads));
        all.addAll(further.make(limits, streams, threads));
        transports = new TransportLayer(
                all,
                new TransportOptions(
                        config.names().stream().map(HostPort::parse).toList(),
                        false,
                        config.nat().symmetric(),
                        forbidden(config)),
                threads,
                config.trustedPeers().map(TrustedPeers::domain).orElse(TrustDomain.EVERYBODY));
        addresses = new AddressWatch(movable, transports, strands.create(), threads);
        timing = Timing.of(
                config.timing().t1(), config.timing().t2(), config.timing().t4());
        dns = new DnsJava(
                config.dns().resolvers().stream().map(SipStack::nameServer).toList(),
                config.dns().timeout(),
                timers::nanoTime);
        ServerLocator locator = locator(config);
        transactions = new TransactionLayer(transports, locator, strands, timers, timing, identifiers);
        HopHealth health = new HopHealth(config.nextHops().setAside(), timers::nanoTime);
        HopSelection selection =
                new HopSelection(locator, health, config.nextHops().mtu() - MTU_MARGIN);
        sender = new RequestSender(
                selection,
                transactions,
                transports,
                identifiers,
                cluster.map(link -> new FlowTokens(transports, link.flowKey(), link.incarnation(), link))
                        .orElseGet(() -> new FlowTokens(transports, secret, random.nextLong())));
    }

    private static InetSocketAddress nameServer(String text) {
        HostPort address = HostPort.parse(text);
        return new InetSocketAddress(Literals.address(address.host()).orElseThrow(), address.portOr(DNS_PORT));
    }

    private ServerLocator locator(SipConfig config) {
        List<StaticRoute> routes = config.routes().stream()
                .map(route -> new StaticRoute(route.domain(), SipUri.parse(route.to())))
                .toList();
        StaticLocator statics = new StaticLocator(routes, HOSTS, clock);
        if (!config.dns().enabled()) {
            return statics;
        }
        DnsOptions options = new DnsOptions(
                config.dns().naptr(),
                config.dns().srv(),
                config.dns().timeout(),
                config.dns().lookups(),
                config.dns().cache());
        DnsCache cache = new DnsCache(dns, timers, strands.create(), options);
        names = cache;
        return new DnsLocator(statics, cache, options, transports::reaches, random);
    }

    private static ForbiddenRanges forbidden(SipConfig config) {
        return ForbiddenRanges.of(config.forbidden().stream()
                .map(forbid -> new ForbiddenRanges.Forbidden(
                        AddressRange.parse(forbid.range()),
                        forbid.except().stream().map(AddressRange::parse).toList()))
                .toList());
    }

    private static Limits limits(PeerLimits.Messages config) {
        return new Limits(
                config.datagramBytes(),
                config.headerBytes(),
                config.lineBytes(),
                config.headers(),
                config.vias(),
                config.parameters(),
                config.uriBytes(),
                config.bodyBytes());
    }

    private static StreamOptions streams(PeerLimits.Connections config) {
        return StreamOptions.DEFAULT
                .withConnections(config.total(), config.perAddress())
                .withHandshake(config.handshakeTimeout())
                .withDeadlines(config.headerTimeout(), config.bodyTimeout())
                .withIdle(config.firstMessageTimeout(), config.idleTimeout())
                .withQueue(config.queuedMessages(), config.queuedBytes());
    }

    private List<Transport> transports(
            SipConfig config,
            List<Binding> bindings,
            List<Optional<TlsContext>> keys,
            Limits limits,
            StreamOptions streams,
            StackThreads threads) {
        MessageParser parser = new MessageParser(limits);
        List<Transport> made = new ArrayList<>();
        for (int i = 0; i < bindings.size(); i++) {
            Binding binding = bindings.get(i);
            Listener listener = config.listeners().get(i);
            Optional<TlsContext> key = keys.get(i);
            Supplier<Transport> maker = () -> switch (listener.transport()) {
                case UDP -> new UdpTransport(binding, UdpOptions.DEFAULT, parser, threads);
                case TCP -> new StreamTransport(binding, streams, selectors, parser, limits, threads);
                case TLS ->
                    new StreamTransport(key.orElseThrow(), binding, streams, selectors, parser, limits, threads);
            };
            if (listener.takeover()) {
                movable.put(binding, maker);
            } else {
                made.add(maker.get());
            }
        }
        return made;
    }

    /** The keys of each listener, in their order; reads their files. */
    static List<Optional<TlsContext>> keys(SipConfig config) throws IOException {
        List<Optional<TlsContext>> keys = new ArrayList<>();
        for (Listener listener : config.listeners()) {
            keys.add(
                    listener.tls().isEmpty()
                            ? Optional.empty()
                            : Optional.of(context(listener.tls().get(), config.trust())));
        }
        return keys;
    }

    static TlsContext context(Tls tls, SipConfig.Trust trust) throws IOException {
        ClientAuth clientAuth =
                switch (tls.clientAuth()) {
                    case OFF -> ClientAuth.OFF;
                    case WANTED -> ClientAuth.WANTED;
                    case REQUIRED -> ClientAuth.REQUIRED;
                };
        return new TlsContext(new TlsOptions(tls.source(), trust.source(), clientAuth));
    }

    /** What each listener binds, in their order. Looks up names that are no addresses. */
    static List<Binding> bindings(SipConfig config) throws IOException {
        List<Binding> bindings = new ArrayList<>();
        for (Listener listener : config.listeners()) {
            bindings.add(binding(listener));
        }
        return bindings;
    }

    private static Binding binding(Listener listener) throws IOException {
        InetSocketAddress address;
        try {
            address = new InetSocketAddress(InetAddress.getByName(listener.host()), listener.port());
        } catch (UnknownHostException e) {
            throw new IOException("listener " + listener + ": " + listener.host() + " has no address", e);
        }
        return listener.advertise()
                .map(name -> new Binding(address, HostPort.parse(name)))
                .orElseGet(() -> Binding.of(address));
    }

    /** Who is told, on a worker, when an address has come or gone and its listener with it. */
    void onListeners(Runnable listener) {
        addresses.onChange(listener);
    }

    /** @param messages what messages pass before the transactions */
    void start(MessageHandler messages) throws IOException {
        transports.start(messages);
        certificates.start();
        addresses.start();
    }

    /** Waits until no transaction is left or the time is over. */
    void drain(Duration longest) {
        Strand strand = strands.create();
        CountDownLatch drained = new CountDownLatch(1);
        Strand.run(strand, () -> check(strand, drained));
        try {
            drained.await(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void check(Strand strand, CountDownLatch drained) {
        if (transactions.size() == 0) {
            drained.countDown();
        } else {
            timers.schedule(strand, DRAIN_CHECK, () -> check(strand, drained));
        }
    }

    void close() {
        addresses.close();
        transports.close();
        selectors.close();
        dns.close();
        timers.close();
        workers.close();
    }

    /** Begins to look after clients that flows lead to. */
    KeepAlive keepAlive(LocationService locations, KeepAlive.Options options) {
        KeepAlive keepAlive = new KeepAlive(locations, sender, strands, timers, identifiers, options);
        keepAlive.start();
        return keepAlive;
    }

    FlowTokens flows() {
        return sender.flows();
    }

    TransportLayer transports() {
        return transports;
    }

    TransactionLayer transactions() {
        return transactions;
    }

    Limits limits() {
        return limits;
    }

    Workers workers() {
        return workers;
    }

    Strands strands() {
        return strands;
    }

    TimerWheel timers() {
        return timers;
    }

    RandomGenerator random() {
        return random;
    }

    InstantSource clock() {
        return clock;
    }

    /** How many requests the servlet layer takes. */
    AdmissionControl.Limits admission(PeerLimits.Load config) {
        return new AdmissionControl.Limits(
                config.transactions(), queueWait, config.requestRate(), config.requestBurst());
    }

    /** What the servlet layer stands on. */
    /** The name service; one that knows nothing, if it is not to be asked. */
    Dns names() {
        return names;
    }

    ServletLayer.Stack forServlets() {
        return new ServletLayer.Stack(
                transports, transactions, sender, strands, timers, timing, identifiers, random, clock, workers);
    }
}
