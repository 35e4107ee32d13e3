// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.api.PushService;
import org.trapezoid.http.HttpPort;
import org.trapezoid.http.HttpServer;
import org.trapezoid.server.deploy.BrokenArchiveException;
import org.trapezoid.server.deploy.ContextParameters;
import org.trapezoid.server.deploy.Deployments;
import org.trapezoid.server.deploy.RouterWatch;
import org.trapezoid.servlet.authentication.DigestService;
import org.trapezoid.servlet.authentication.Users;
import org.trapezoid.servlet.dispatch.ServletLayer;
import org.trapezoid.servlet.location.KeepAlive;
import org.trapezoid.servlet.location.LocationFile;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.location.LostConnections;
import org.trapezoid.servlet.location.MovedClients;
import org.trapezoid.servlet.router.CurrentRouter;
import org.trapezoid.servlet.router.DarException;
import org.trapezoid.servlet.router.DarFile;
import org.trapezoid.servlet.router.DefaultApplicationRouter;
import org.trapezoid.servlet.security.Accounts;
import org.trapezoid.servlet.security.Realms;
import org.trapezoid.servlet.security.StoredAccounts;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.transport.Binding;
import org.trapezoid.sip.transport.MessageHandler;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.AddressRange;

/** All wiring of a server, by constructors. Started and stopped once. */
final class Assembly {

    private static final Logger log = LoggerFactory.getLogger(Assembly.class);
    private static final String ROUTER_PROPERTY = "jakarta.servlet.sip.ar.dar.configuration";
    private static final String OLD_ROUTER_PROPERTY = "javax.servlet.sip.ar.dar.configuration";

    private final ServerConfig config;
    private final Path data;
    private final HttpServer http;
    private final SipStack sip;
    private final ServletLayer servlets;
    private final Deployments deployments;
    private final RouterWatch routers;
    private final LocationTable locations;
    private final Optional<JdbcUsers> userDatabase;
    private Optional<KeepAlive> keepAlive = Optional.empty();
    private Optional<LocationFile> locationFile = Optional.empty();
    private final Optional<ClusterLink> link;
    private Optional<ClusterSide> cluster = Optional.empty();
    private final Health health;
    private final Metrics metrics;

    Assembly(ServerConfig config) throws IOException {
        this.config = config;
        ApplicationsConfig applications = config.applications();
        // what can fail comes before what has threads
        Optional<Path> darPath = routerFile(applications);
        Optional<DarFile> dar = dar(darPath);
        CurrentRouter router =
                new CurrentRouter(dar.map(DefaultApplicationRouter::new).orElseGet(DefaultApplicationRouter::new));
        List<Binding> bindings = SipStack.bindings(config.sip());
        List<Optional<TlsContext>> keys = SipStack.keys(config.sip());
        Optional<TlsContext> httpKeys = httpKeys(config);
        userDatabase = applications.userDatabase().map(JdbcUsers::new);
        http = http(config, httpKeys);
        data = applications.data().isPresent()
                ? applications.data().get()
                : Files.createTempDirectory("trapezoid-data");
        byte[] secret = applications.data().isPresent() ? Secret.read(data.resolve("secret")) : Secret.fresh();
        link = config.cluster().map(joined -> new ClusterLink(joined, new BufferedRandom()));
        sip = new SipStack(config.sip(), bindings, keys, new WebSockets(config, http, httpKeys), secret, link);
        byte[] shared = config.cluster().map(Cluster::key).orElse(secret);
        locations = new LocationTable(sip.strands().create(), sip.timers(), sip.clock(), shared, sip.random());
        Map<Class<?>, Object> services = new LinkedHashMap<>();
        services.put(LocationService.class, locations);
        NonceStore nonces = link.map(joined -> new NonceStore(
                        sip.clock(), sip.random(), joined.tokens().key("nonce"))) // a request may go on to another node
                .orElseGet(() -> new NonceStore(sip.clock(), sip.random()));
        Realms realms = new Realms(accounts(applications), nonces, sip.clock());
        services.put(DigestAuthentication.class, new DigestService(realms));
        applications.push().ifPresent(push -> services.put(PushService.class, push));
        if (config.cluster().isPresent()) {
            cluster = Optional.of(join(config.cluster().get(), link.orElseThrow()));
        }
        servlets = new ServletLayer(
                sip.forServlets(),
                router,
                services,
                new ServletLayer.Options(
                        new ServletLayer.Unrouted(applications.unroutedStatus(), applications.unroutedReason()),
                        sip.admission(config.sip().limits().load()),
                        Optional.of(realms),
                        cluster.map(ClusterSide::replication)),
                sip.names());
        health = new Health(sip.timers()::sinceTurn);
        metrics = new Metrics(sip.transports().traffic(), sip.transactions(), servlets, locations::size, () -> cluster);
        config.http().ifPresent(this::addPages);
        routers = new RouterWatch(
                router,
                (api, loader) -> servlets.router(api, loader, HttpServer.detachedContext()),
                applications.routerJars(),
                darPath,
                dar,
                data.resolve("router"));
        deployments = new Deployments(
                new Deployments.Plan(
                        applications.servlets(),
                        applications.archives(),
                        applications.directory(),
                        data,
                        applications.scanInterval(),
                        applications.undeployTimeout()),
                http,
                servlets.applications(),
                new ContextParameters(
                        applications.settings(), new Substitution(System.getenv(), System.getProperties())::apply),
                new ApplicationDatabases(),
                routers);
    }

    private ClusterSide join(Cluster others, ClusterLink joined) throws IOException {
        try {
            return ClusterSide.join(others, joined, sip);
        } catch (IOException | RuntimeException e) { // nobody can stop what was not made
            sip.close();
            userDatabase.ifPresent(Assembly::quietly);
            throw e;
        }
    }

    private void addPages(HttpConfig settings) {
        List<AddressRange> readers =
                settings.metricsFrom().stream().map(AddressRange::parse).toList();
        health.addTo(http.pages());
        http.pages()
                .add("/metrics", reader -> readers.stream().anyMatch(range -> range.contains(reader)), metrics::page);
    }

    private Accounts accounts(ApplicationsConfig applications) {
        if (userDatabase.isPresent()) {
            UserDatabase database = applications.userDatabase().orElseThrow();
            StoredAccounts.Options options = new StoredAccounts.Options(
                    database.cacheTime(), database.cacheSize(), StoredAccounts.Options.DEFAULT.waiting());
            return new StoredAccounts("the " + database, userDatabase.get(), options, sip.clock());
        }
        return applications.users().map(file -> new Users(file, sip.clock())).orElseGet(Users::none);
    }

    private static HttpServer http(ServerConfig config, Optional<TlsContext> keys) throws IOException {
        if (config.http().isEmpty()) {
            return new HttpServer(Optional.empty());
        }
        HttpConfig settings = config.http().get();
        InetAddress host = InetAddress.getByName(settings.host());
        return new HttpServer(
                settings.port().isPresent()
                        ? Optional.of(
                                new InetSocketAddress(host, settings.port().getAsInt()))
                        : Optional.empty(),
                settings.secure()
                        .map(https ->
                                new HttpServer.Secure(new InetSocketAddress(host, https.port()), keys.orElseThrow())));
    }

    /** Reads their files. */
    private static Optional<TlsContext> httpKeys(ServerConfig config) throws IOException {
        Optional<HttpConfig.Https> https = config.http().flatMap(HttpConfig::secure);
        return https.isEmpty()
                ? Optional.empty()
                : Optional.of(SipStack.context(https.get().tls(), config.sip().trust()));
    }

    /** The file of the default router; ConfigException when it cannot be used. */
    static void checkRouter(ApplicationsConfig applications) {
        dar(routerFile(applications));
    }

    private static Optional<Path> routerFile(ApplicationsConfig applications) {
        return applications.router().or(() -> Optional.ofNullable(
                        System.getProperty(ROUTER_PROPERTY, System.getProperty(OLD_ROUTER_PROPERTY)))
                .map(text -> text.startsWith("file:") ? Path.of(URI.create(text)) : Path.of(text)));
    }

    private static Optional<DarFile> dar(Optional<Path> file) {
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(DarFile.read(file.get()));
        } catch (DarException e) {
            throw new ConfigException(String.valueOf(e.getMessage()));
        } catch (NoSuchFileException e) {
            throw new ConfigException(ConfigException.at(file.get(), 0, "no such file"));
        } catch (IOException e) {
            throw new ConfigException(ConfigException.at(file.get(), 0, String.valueOf(e.getMessage())));
        }
    }

    /** Listeners first: an application may send while it starts. What peers send meanwhile finds no application yet. */
    void start() throws IOException {
        if (config.applications().data().isPresent()) {
            Files.createDirectories(data);
            locationFile = Optional.of(new LocationFile(data.resolve("locations"), locations));
        }
        if (cluster.isPresent()) {
            cluster.get().share(locations);
        }
        LostConnections lost = new LostConnections(locations, sip.flows());
        sip.transports().onFlowClosed(lost::onClosed);
        MovedClients.follow(locations, sip.flows());
        config.http().flatMap(HttpConfig::advertise).ifPresent(http::advertise);
        cluster.ifPresent(side -> http.forward(id -> side.servedElsewhere(id, servlets), side.forwardingKey()));
        http.start();
        MessageHandler here = servlets.messages();
        sip.start(cluster.map(side -> side.around(here)).orElse(here));
        cluster.ifPresent(ClusterSide::started);
        SipConfig.Nat nat = config.sip().nat();
        if (!nat.keepAlive().isZero()) {
            keepAlive = Optional.of(sip.keepAlive(
                    locations,
                    new KeepAlive.Options(
                            nat.keepAlive(),
                            nat.keepAliveRate(),
                            nat.keepAliveMisses(),
                            KeepAlive.Means.valueOf(nat.keepAliveBy().name()))));
        }
        try {
            routers.start();
        } catch (BrokenArchiveException e) {
            throw new IllegalArgumentException("application router " + e.getMessage(), e);
        }
        try {
            deployments.start();
        } catch (BrokenArchiveException e) {
            throw new IllegalArgumentException("application " + e.getMessage(), e);
        }
        servlets.takeOver();
        health.started();
        http.open();
        if (cluster.isPresent()) {
            http.port().flatMap(HttpPort::bound).ifPresent(cluster.get()::serves);
        }
    }

    void stop() {
        health.stopping();
        keepAlive.ifPresent(KeepAlive::close);
        servlets.drain();
        sip.drain(config.sip().stopTimeout());
        cluster.ifPresent(side -> side.handOver(servlets));
        deployments.close();
        cluster.ifPresent(ClusterSide::close);
        quietly(http);
        metrics.close();
        sip.close();
        userDatabase.ifPresent(Assembly::quietly);
        locationFile.ifPresent(Assembly::quietly);
        if (config.applications().data().isEmpty()) {
            quietly(() -> {
                Files.deleteIfExists(data.resolve("apps"));
                Files.deleteIfExists(data.resolve("router"));
                Files.delete(data);
            });
        }
    }

    private static void quietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            log.warn("not everything was closed: {}", e.toString());
        }
    }

    OptionalInt port(String protocol) {
        if (protocol.equals("http")) {
            return bound(http.port());
        }
        if (protocol.equals("https")) {
            return bound(http.securePort());
        }
        return Protocol.of(protocol)
                .map(wanted -> sip.transports().listeners().stream()
                        .filter(listener -> listener.protocol() == wanted)
                        .mapToInt(listener -> listener.bound().getPort())
                        .findFirst())
                .orElseGet(OptionalInt::empty);
    }

    private static OptionalInt bound(Optional<HttpPort> port) {
        Optional<InetSocketAddress> bound = port.flatMap(HttpPort::bound);
        return bound.isPresent() ? OptionalInt.of(bound.get().getPort()) : OptionalInt.empty();
    }

    List<String> endpoints() {
        List<String> endpoints = new ArrayList<>();
        sip.transports()
                .listeners()
                .forEach(listener -> endpoints.add(
                        listener.protocol().name().toLowerCase(Locale.ROOT) + " " + literal(listener.bound())));
        for (HttpPort port : http.ports()) {
            port.bound().ifPresent(address -> endpoints.add((port.isSecure() ? "https " : "http ") + literal(address)));
        }
        return endpoints;
    }

    private static String literal(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    List<String> applications() {
        return servlets.applications().names();
    }
}
