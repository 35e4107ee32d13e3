// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
import jakarta.servlet.sip.ar.SipApplicationRouter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.app.AppSource;
import org.trapezoid.servlet.authentication.DigestService;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.DescriptorVersion;
import org.trapezoid.servlet.descriptor.KeyMethod;
import org.trapezoid.servlet.descriptor.ServletDescriptor;
import org.trapezoid.servlet.descriptor.ServletSelection;
import org.trapezoid.servlet.descriptor.SessionOptions;
import org.trapezoid.servlet.dispatch.AdmissionControl;
import org.trapezoid.servlet.dispatch.ServletLayer;
import org.trapezoid.servlet.location.KeepAlive;
import org.trapezoid.servlet.location.LostConnections;
import org.trapezoid.servlet.location.MovedClients;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.servlet.router.ApplicationSelector;
import org.trapezoid.servlet.router.DarFile;
import org.trapezoid.servlet.router.DefaultApplicationRouter;
import org.trapezoid.servlet.router.LoadedRouter;
import org.trapezoid.servlet.security.Accounts;
import org.trapezoid.servlet.security.Realms;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.concurrent.Readers;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.locate.StaticLocator;
import org.trapezoid.sip.message.Identifiers;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transaction.RequestSender;
import org.trapezoid.sip.transaction.Timing;
import org.trapezoid.sip.transaction.TransactionLayer;
import org.trapezoid.sip.transport.AdvertisedName;
import org.trapezoid.sip.transport.FlowTokens;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.transport.TransportOptions;
import org.trapezoid.sip.transport.TrustDomain;
import org.trapezoid.sip.uri.ForbiddenRanges;
import org.trapezoid.sip.uri.HostPort;

/**
 * A whole server in virtual time: servlets above, UDP, TCP and TLS to scripted peers below. It is 192.0.2.1:5060, for TLS 5061, and
 * over UDP also [2001:db8::1]:5060.
 */
public final class TestServer {

    public static final String HOST = "192.0.2.1";

    /** Where it is reached over IPv6, as a URI writes it. */
    public static final String HOST6 = "[2001:db8:0:0:0:0:0:1]";

    private static final Path NO_HOSTS = Path.of("no hosts file");
    private static final List<HostPort> ALIASES = List.of(new HostPort("a.test", HostPort.NO_PORT));

    public final ManualClock clock;
    public final FakeTransport udp;
    public final FakeTransport udp6;
    public final FakeTransport tcp;
    public final FakeTransport tls;
    public final FakeTransport wss;
    private final TransportLayer transports;
    private final RequestSender sender;
    private final TransactionLayer transactions;
    private final ServletLayer layer;
    private boolean connected = true;
    private boolean distributable;
    private final Map<String, Peer> peers = new LinkedHashMap<>();

    public TestServer() {
        this(HOST, clock -> Map.of());
    }

    /** A server at the edge of a trust domain. */
    public static TestServer trusting(TrustDomain domain) {
        return new TestServer(
                new ManualClock(),
                HOST,
                42,
                new DefaultApplicationRouter(),
                clock -> Map.of(),
                new TransportOptions(ALIASES, false),
                ServletLayer.Options.DEFAULT,
                domain);
    }

    /** A server with users for the security constraints of applications, at the edge of a trust domain. */
    public static TestServer guarded(Function<ManualClock, Accounts> users, TrustDomain domain) {
        return guarded(users, domain, new DefaultApplicationRouter());
    }

    /** The same, which routes by the lines of a DAR file. */
    public static TestServer guarded(Function<ManualClock, Accounts> users, TrustDomain domain, String dar) {
        return guarded(users, domain, new DefaultApplicationRouter(DarFile.parse("dar.properties", dar)));
    }

    private static TestServer guarded(
            Function<ManualClock, Accounts> users, TrustDomain domain, DefaultApplicationRouter router) {
        ManualClock clock = new ManualClock();
        Realms realms = new Realms(users.apply(clock), new NonceStore(clock, new SplittableRandom(2)), clock);
        return new TestServer(
                clock,
                HOST,
                42,
                router,
                any -> Map.of(DigestAuthentication.class, new DigestService(realms)),
                new TransportOptions(ALIASES, false),
                new ServletLayer.Options(
                        ServletLayer.Unrouted.NOT_FOUND, AdmissionControl.Limits.DEFAULT, Optional.of(realms)),
                domain);
    }

    /** A server at another address, with services that every application is given. */
    public TestServer(String host, Function<ManualClock, Map<Class<?>, Object>> shared) {
        this(new ManualClock(), host, 42, new DefaultApplicationRouter(), shared);
    }

    /** A server that shares its time with others; all it does by chance comes from the seed. */
    public TestServer(ManualClock clock, String host, long seed, Function<ManualClock, Map<Class<?>, Object>> shared) {
        this(clock, host, seed, new DefaultApplicationRouter(), shared);
    }

    /** A server that routes by the lines of a DAR file. */
    public static TestServer routedBy(String dar) {
        return new TestServer(
                new ManualClock(),
                HOST,
                42,
                new DefaultApplicationRouter(DarFile.parse("dar.properties", dar)),
                clock -> Map.of());
    }

    /** A server that asks this router. */
    public static TestServer routedBy(ApplicationSelector router) {
        return new TestServer(new ManualClock(), HOST, 42, router, clock -> Map.of());
    }

    /** A router of the API for this server. */
    public LoadedRouter router(SipApplicationRouter router) {
        return layer.router(router, router.getClass().getClassLoader(), FakeServletContext.of(Map.of()));
    }

    /** A server that sends nothing to these networks on behalf of what comes to its address outside them. */
    public static TestServer forbidding(ForbiddenRanges forbidden) {
        return new TestServer(
                new ManualClock(),
                HOST,
                42,
                new DefaultApplicationRouter(),
                clock -> Map.of(),
                new TransportOptions(ALIASES, false).withForbidden(forbidden),
                ServletLayer.Options.DEFAULT);
    }

    /** A server that takes only so many requests. */
    public static TestServer limitedBy(AdmissionControl.Limits limits) {
        return new TestServer(
                new ManualClock(),
                HOST,
                42,
                new DefaultApplicationRouter(),
                clock -> Map.of(),
                new TransportOptions(ALIASES, false),
                new ServletLayer.Options(ServletLayer.Unrouted.NOT_FOUND, limits));
    }

    /**
     * A node of a cluster, whose applications are distributable.
     *
     * @param hosts of all nodes: each takes what is sent to any of them
     */
    public static TestServer member(
            ManualClock clock,
            String host,
            List<String> hosts,
            long seed,
            Replication replication,
            FlowTokens.Elsewhere elsewhere) {
        return member(clock, host, hosts, seed, replication, elsewhere, Edge.OPEN);
    }

    /**
     * What a node knows of the network.
     *
     * @param forbidden it sends nothing to these networks on behalf of what comes to its address outside them
     * @param hosts a file with the names of hosts
     * @param dar what a DAR file says; empty: nothing
     * @param starting whether it has no application yet, and takes nothing over
     */
    public record Edge(ForbiddenRanges forbidden, TrustDomain trust, Path hosts, String dar, boolean starting) {
        public static final Edge OPEN = new Edge(ForbiddenRanges.NONE, TrustDomain.EVERYBODY, NO_HOSTS, "", false);
        public static final Edge STARTING = new Edge(ForbiddenRanges.NONE, TrustDomain.EVERYBODY, NO_HOSTS, "", true);

        public static Edge routedBy(String dar) {
            return new Edge(ForbiddenRanges.NONE, TrustDomain.EVERYBODY, NO_HOSTS, dar, false);
        }

        public static Edge forbidding(ForbiddenRanges forbidden) {
            return new Edge(forbidden, TrustDomain.EVERYBODY, NO_HOSTS, "", false);
        }
    }

    /** The same at another edge. */
    public static TestServer member(
            ManualClock clock,
            String host,
            List<String> hosts,
            long seed,
            Replication replication,
            FlowTokens.Elsewhere elsewhere,
            Edge edge) {
        TestServer server = new TestServer(
                clock,
                host,
                seed,
                edge.dar().isEmpty()
                        ? new DefaultApplicationRouter()
                        : new DefaultApplicationRouter(DarFile.parse("dar.properties", edge.dar())),
                any -> Map.of(),
                new TransportOptions(ALIASES, false).withForbidden(edge.forbidden()),
                new ServletLayer.Options(
                        ServletLayer.Unrouted.NOT_FOUND,
                        AdmissionControl.Limits.DEFAULT,
                        Optional.empty(),
                        Optional.of(replication)),
                edge.trust(),
                edge.hosts(),
                layer -> new FlowTokens(layer, new byte[32], replication.nodes().self(), elsewhere));
        server.distributable = true;
        if (!edge.starting()) {
            server.layer.takeOver();
        }
        List<AdvertisedName> names = new ArrayList<>();
        for (String each : hosts) {
            names.add(new AdvertisedName(Protocol.UDP, new HostPort(each, 5060)));
            names.add(new AdvertisedName(Protocol.TCP, new HostPort(each, 5060)));
            names.add(new AdvertisedName(Protocol.WSS, new HostPort(each, 443)));
        }
        server.transports.shareNames(names);
        return server;
    }

    private TestServer(
            ManualClock clock,
            String host,
            long seed,
            ApplicationSelector router,
            Function<ManualClock, Map<Class<?>, Object>> shared) {
        this(clock, host, seed, router, shared, new TransportOptions(ALIASES, false), ServletLayer.Options.DEFAULT);
    }

    private TestServer(
            ManualClock clock,
            String host,
            long seed,
            ApplicationSelector router,
            Function<ManualClock, Map<Class<?>, Object>> shared,
            TransportOptions transportOptions,
            ServletLayer.Options options) {
        this(clock, host, seed, router, shared, transportOptions, options, TrustDomain.EVERYBODY);
    }

    private TestServer(
            ManualClock clock,
            String host,
            long seed,
            ApplicationSelector router,
            Function<ManualClock, Map<Class<?>, Object>> shared,
            TransportOptions transportOptions,
            ServletLayer.Options options,
            TrustDomain trust) {
        this(
                clock,
                host,
                seed,
                router,
                shared,
                transportOptions,
                options,
                trust,
                NO_HOSTS,
                layer -> new FlowTokens(layer, new byte[32], 1));
    }

    private TestServer(
            ManualClock clock,
            String host,
            long seed,
            ApplicationSelector router,
            Function<ManualClock, Map<Class<?>, Object>> shared,
            TransportOptions transportOptions,
            ServletLayer.Options options,
            TrustDomain trust,
            Path hosts,
            Function<TransportLayer, FlowTokens> flows) {
        this.clock = clock;
        udp = FakeTransport.udp(host, 5060, clock);
        udp6 = FakeTransport.udp("2001:db8::1", 5060, clock);
        tcp = FakeTransport.tcp(host, 5060, clock);
        tls = new FakeTransport(Protocol.TLS, new InetSocketAddress(host, 5061), clock);
        wss = new FakeTransport(Protocol.WSS, new InetSocketAddress(host, 443), clock);
        SplittableRandom random = new SplittableRandom(seed);
        Identifiers identifiers = new Identifiers(random);
        transports = new TransportLayer(
                List.of(udp, tcp, tls, wss, udp6),
                transportOptions,
                new StackThreads(new Readers(), clock, Runnable::run),
                trust);
        transactions = new TransactionLayer(transports, clock.strands(), clock, Timing.RFC3261, identifiers);
        sender = new RequestSender(
                new StaticLocator(List.of(), hosts, clock), // there is no name service
                transactions,
                transports,
                identifiers,
                flows.apply(transports));
        layer = new ServletLayer(
                new ServletLayer.Stack(
                        transports,
                        transactions,
                        sender,
                        clock.strands(),
                        clock,
                        Timing.RFC3261,
                        identifiers,
                        random,
                        clock,
                        Runnable::run),
                router,
                shared.apply(clock),
                options);
        try {
            transports.start(layer.messages());
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Whether the applications deployed from now on are. */
    public TestServer distributable(boolean newDistributable) {
        distributable = newDistributable;
        return this;
    }

    /** Deploys one servlet with listeners. */
    public TestServer deploy(String name, Servlet servlet, Class<?>... listeners) throws ServletException {
        return deploy(name, Map.of(), servlet, listeners);
    }

    /** Deploys one servlet with context parameters. */
    public TestServer deploy(String name, Map<String, String> parameters, Servlet servlet, Class<?>... listeners)
            throws ServletException {
        return deploy(name, parameters, servlet.getClass(), Map.of("main", servlet), Optional.empty(), listeners);
    }

    /** Deploys an application whose only servlet the server makes. */
    public TestServer deploy(String name, Class<?> servlet, Class<?>... listeners) throws ServletException {
        return deploy(name, Map.of(), servlet, Map.of(), Optional.empty(), listeners);
    }

    /** The same with context parameters. */
    public TestServer deploy(String name, Map<String, String> parameters, Class<?> servlet, Class<?>... listeners)
            throws ServletException {
        return deploy(name, parameters, servlet, Map.of(), Optional.empty(), listeners);
    }

    /** Deploys an application whose static method of that name says which application session a request is for. */
    public TestServer deployKeyed(String name, Servlet servlet, Class<?> holder, String method, Class<?>... listeners)
            throws ServletException {
        return deployKeyed(name, Map.of(), servlet, holder, method, listeners);
    }

    /** The same with context parameters. */
    public TestServer deployKeyed(
            String name,
            Map<String, String> parameters,
            Servlet servlet,
            Class<?> holder,
            String method,
            Class<?>... listeners)
            throws ServletException {
        KeyMethod key = new KeyMethod(holder.getName(), method);
        return deploy(name, parameters, servlet.getClass(), Map.of("main", servlet), Optional.of(key), listeners);
    }

    /** Deploys an application of a version with what 2.0 lets it choose. */
    public TestServer deploy(String name, DescriptorVersion version, SessionOptions options, Servlet servlet)
            throws ServletException {
        return deploy(name, Map.of(), servlet.getClass(), Map.of("main", servlet), Optional.empty(), version, options);
    }

    private TestServer deploy(
            String name,
            Map<String, String> parameters,
            Class<?> servlet,
            Map<String, Servlet> instances,
            Optional<KeyMethod> key,
            Class<?>... listeners)
            throws ServletException {
        return deploy(
                name, parameters, servlet, instances, key, DescriptorVersion.V1_1, SessionOptions.DEFAULT, listeners);
    }

    private TestServer deploy(
            String name,
            Map<String, String> parameters,
            Class<?> servlet,
            Map<String, Servlet> instances,
            Optional<KeyMethod> key,
            DescriptorVersion version,
            SessionOptions options,
            Class<?>... listeners)
            throws ServletException {
        ServletDescriptor main = ServletDescriptor.of("main", servlet.getName());
        AppDescriptor descriptor = new AppDescriptor(
                name,
                version,
                Optional.empty(),
                distributable,
                parameters,
                java.util.Arrays.stream(listeners).map(Class::getName).toList(),
                List.of(main),
                new ServletSelection.MainServlet("main"),
                Duration.ofMinutes(3),
                Optional.of(Duration.ofMinutes(3)),
                List.of(),
                Optional.empty(),
                List.of(),
                List.of(),
                options,
                key);
        return deploy(descriptor, servlet.getClassLoader(), instances);
    }

    /** Deploys what a descriptor says; servlets that exist already are given by name. */
    public TestServer deploy(AppDescriptor descriptor, ClassLoader loader, Map<String, Servlet> instances)
            throws ServletException {
        layer.applications()
                .deploy(new AppSource(
                        descriptor,
                        loader,
                        FakeServletContext.of(descriptor.contextParams()),
                        descriptor.contextParams(),
                        instances));
        return this;
    }

    /** What the server sends to its own address comes back to it, a moment later as from a network. */
    public TestServer loopingBack() {
        InetSocketAddress own = udp.listener().bound();
        Strand network = clock.strands().create();
        udp.onSent(sent -> {
            if (sent.peer().equals(own)) {
                clock.schedule(network, Duration.ZERO, () -> udp.receive(own, sent.message()));
            }
        });
        return this;
    }

    /** Looks after the clients behind NATs that are bound in the service. */
    public KeepAlive keepAlive(LocationService locations, KeepAlive.Options options) {
        KeepAlive keepAlive = new KeepAlive(
                locations, sender, clock.strands(), clock, new Identifiers(new SplittableRandom(7)), options);
        keepAlive.start();
        return keepAlive;
    }

    /** Ends the bindings of clients whose connections are lost. */
    public void watchConnections(LocationService locations) {
        transports.onFlowClosed(new LostConnections(locations, sender.flows())::onClosed);
    }

    /** Finds clients that have connected again by their bindings. */
    public void followClients(LocationService locations) {
        MovedClients.follow(locations, sender.flows());
    }

    /** Gives the stack to what carries messages between the nodes of a cluster. */
    public void attach(Consumer<TransportLayer> user) {
        user.accept(transports);
    }

    /** Nothing that the server sends gets anywhere any more. */
    public void cut() {
        connected = false;
        for (FakeTransport each : List.of(udp, tcp, tls, wss)) {
            each.carriedBy((sent, onFailure) -> {});
        }
    }

    public boolean isConnected() {
        return connected;
    }

    public ServletLayer layer() {
        return layer;
    }

    /** A scripted peer at an address of its own, over UDP. */
    public Peer peer(String name) {
        return peers.computeIfAbsent(name, key -> {
            InetSocketAddress address = new InetSocketAddress("198.51.100." + (peers.size() + 1), 5060);
            return new Peer(this, key, udp, address, address);
        });
    }

    /** The same with an IPv6 address. */
    public Peer peer6(String name) {
        return peers.computeIfAbsent(name, key -> {
            InetSocketAddress address = new InetSocketAddress("2001:db8:1::" + (peers.size() + 1), 5060);
            return new Peer(this, key, udp6, address, address);
        });
    }

    /** A peer over UDP behind a NAT: nobody reaches the address it knows. */
    public Peer natted(String name) {
        return hidden(name, udp);
    }

    /** A peer that has connected to us by TCP from behind a NAT. */
    public Peer connected(String name) {
        return hidden(name, tcp);
    }

    /** A peer that has connected to us by WebSocket over TLS. */
    public Peer browser(String name) {
        return hidden(name, wss);
    }

    private Peer hidden(String name, FakeTransport transport) {
        return peers.computeIfAbsent(
                name,
                key -> new Peer(
                        this,
                        key,
                        transport,
                        new InetSocketAddress("203.0.113." + (peers.size() + 1), 40_000 + peers.size()),
                        new InetSocketAddress("10.0.0." + (peers.size() + 1), 5060)));
    }

    public void advance(Duration duration) {
        clock.advance(duration);
    }

    public int sessions() {
        return layer.sessions();
    }

    public int transactions() {
        return transactions.size();
    }

    /** All calls have ended: no session was left to its expiry, and no transaction stays. */
    public void assertEnded() {
        assertThat(sessions()).as("sessions when the calls have ended").isZero();
        advance(Duration.ofSeconds(40)); // 64*T1 for the last retransmissions
        assertThat(transactions()).as("transactions 40 s later").isZero();
    }

    /** The same for calls that end by a timeout or by the expiry of their session. */
    public void assertEndsInTime() {
        advance(Duration.ofMinutes(4));
        assertEnded();
    }
}
