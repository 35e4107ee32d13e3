// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.requireAddress;
import static org.trapezoid.server.ConfigChecks.requireAddressRange;
import static org.trapezoid.server.ConfigChecks.requireHost;
import static org.trapezoid.server.ConfigChecks.requireHostPort;
import static org.trapezoid.server.ConfigChecks.requireOrigin;
import static org.trapezoid.server.ConfigChecks.requirePath;
import static org.trapezoid.server.ConfigChecks.requirePort;
import static org.trapezoid.server.ConfigChecks.requirePositive;
import static org.trapezoid.server.ConfigChecks.requireRange;
import static org.trapezoid.server.ConfigChecks.requireReason;
import static org.trapezoid.server.ConfigChecks.requireSipUri;

import jakarta.servlet.Servlet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.trapezoid.api.PushService;
import org.trapezoid.sip.tls.KeyMaterialException;
import org.trapezoid.sip.tls.TrustSource;

/**
 * Everything a server is told before it starts. Immutable; validated when it is made, so that a server never starts with
 * half a configuration. {@link #builder()} and {@link #read(Path, Path)} both produce it: what a file can say, a program
 * can say.
 *
 * <pre>{@code
 * ServerConfig config = ServerConfig.builder().listen(Listener.udp(5060)).http(8080).build();
 * }</pre>
 *
 * @param sip the SIP side
 * @param http the HTTP side; empty: no HTTP port is opened
 * @param applications what is deployed and how
 * @param cluster the other nodes; empty: there are none
 */
public record ServerConfig(Sip sip, Optional<Http> http, Applications applications, Optional<Cluster> cluster) {

    /**
     * The SIP side.
     *
     * @param listeners where SIP is spoken; at least one
     * @param names further hosts, {@code host} or {@code host:port}, by which peers know this server
     * @param routes next hops that are not looked up
     * @param forbidden networks to which nothing is sent on behalf of messages that came to an address outside them
     * @param timing the base timers
     * @param limits what peers may ask for
     * @param trust what peers behind TLS must show
     * @param nat what is done for clients behind NATs
     * @param stopTimeout how long running transactions may go on when the server stops
     * @param dns how names are looked up
     * @param nextHops how a request goes to what was found
     * @param trustedPeers whom the server believes what they say about others; empty: everybody
     */
    public record Sip(
            List<Listener> listeners,
            List<String> names,
            List<Route> routes,
            List<Forbid> forbidden,
            Timing timing,
            PeerLimits limits,
            Nat nat,
            Trust trust,
            Duration stopTimeout,
            Dns dns,
            NextHops nextHops,
            Optional<TrustedPeers> trustedPeers) {
        public Sip {
            listeners = List.copyOf(listeners);
            names = List.copyOf(names);
            routes = List.copyOf(routes);
            forbidden = List.copyOf(forbidden);
            if (listeners.stream().allMatch(Listener::takeover)) {
                throw new IllegalArgumentException("no listener that is always open; expected at least one");
            }
            Set<Listener> bound = new HashSet<>();
            for (Listener listener : listeners) {
                Listener address = new Listener(
                        listener.transport(), listener.host(), listener.port(), Optional.empty(), Optional.empty());
                if (listener.transport() == Listener.Transport.TLS
                        && listener.tls().isEmpty()) {
                    throw new IllegalArgumentException("listener " + listener
                            + " has no keys; expected key-store and password, or certificate and key");
                }
                if (listener.port() != 0 && !bound.add(address)) {
                    throw new IllegalArgumentException("listener " + listener + " is there twice");
                }
            }
            if (stopTimeout.isNegative()) {
                throw new IllegalArgumentException("stop-timeout is negative; expected 0 or more");
            }
            names.forEach(name -> requireHostPort(name, "name"));
            Set<String> domains = new HashSet<>();
            for (Route route : routes) {
                if (!domains.add(route.domain())) {
                    throw new IllegalArgumentException("route for domain " + route.domain() + " is there twice");
                }
            }
        }
    }

    /**
     * What is done for clients behind NATs.
     *
     * @param symmetric whether every response over UDP goes to where its request came from, though not asked for (RFC 3581)
     * @param keepAlive how often a client that registered over UDP from behind a NAT is asked whether it is there; zero: never
     * @param keepAliveRate how many of them are asked in a second at most
     * @param keepAliveMisses how many questions in a row may stay without an answer before the bindings of the client end
     * @param keepAliveBy what is sent
     */
    public record Nat(
            boolean symmetric, Duration keepAlive, int keepAliveRate, int keepAliveMisses, KeepAliveBy keepAliveBy) {

        /** What keeps the flow of a client. */
        public enum KeepAliveBy {
            /** A question over UDP flows; who does not answer loses its bindings. */
            OPTIONS,
            /** Two line ends over UDP, TCP and TLS, which nobody answers. */
            CRLF
        }

        /** Responses as RFC 3261 has them; a question every 25 seconds. */
        public static final Nat DEFAULT = new Nat(false, Duration.ofSeconds(25), 1000, 3);

        /**
         * Questions by OPTIONS.
         *
         * @param symmetric whether every response over UDP goes to where its request came from
         * @param keepAlive how often a client is asked
         * @param keepAliveRate how many are asked in a second
         * @param keepAliveMisses how many questions may stay without an answer
         */
        public Nat(boolean symmetric, Duration keepAlive, int keepAliveRate, int keepAliveMisses) {
            this(symmetric, keepAlive, keepAliveRate, keepAliveMisses, KeepAliveBy.OPTIONS);
        }

        /** Checks the numbers. */
        public Nat {
            if (keepAlive.isNegative() || (!keepAlive.isZero() && keepAlive.toMillis() < 1000)) {
                throw new IllegalArgumentException("keep-alive is " + keepAlive + "; expected 0s, or 1s or more");
            }
            if (keepAliveRate < 10 || keepAliveMisses < 1) {
                throw new IllegalArgumentException("keep-alive-rate is " + keepAliveRate + " and keep-alive-misses "
                        + keepAliveMisses + "; expected at least 10 and 1");
            }
        }
    }

    /**
     * A static next hop.
     *
     * @param domain a domain, matched exactly; with a leading dot, every domain that ends with it
     * @param to the SIP URI requests for it are sent to
     */
    public record Route(String domain, String to) {
        public Route {
            requireHost(domain, "domain of a route");
            requireSipUri(to, "to of a route");
        }
    }

    /**
     * A network that messages from outside lead nowhere into.
     *
     * @param range an address or a network such as {@code 10.0.0.0/8}
     * @param except addresses and networks in it that are exempt
     */
    public record Forbid(String range, List<String> except) {
        public Forbid {
            except = List.copyOf(except);
            requireAddressRange(range, "range of forbid");
            except.forEach(exempt -> requireAddressRange(exempt, "except of forbid"));
        }
    }

    /**
     * The base timers of RFC 3261 §17; all others follow from them.
     *
     * @param t1 estimate of the round-trip time
     * @param t2 longest interval between retransmissions of non-INVITE requests and INVITE responses
     * @param t4 longest time a message stays in the network
     */
    public record Timing(Duration t1, Duration t2, Duration t4) {
        /** The values of RFC 3261, Table 4. */
        public static final Timing RFC3261 =
                new Timing(Duration.ofMillis(500), Duration.ofSeconds(4), Duration.ofSeconds(5));

        public Timing {
            requirePositive(t1, "t1");
            requirePositive(t2, "t2");
            requirePositive(t4, "t4");
            if (t2.compareTo(t1) < 0) {
                throw new IllegalArgumentException(
                        "t2 is " + t2.toMillis() + "ms; expected at least t1, " + t1.toMillis() + "ms");
            }
        }
    }

    /**
     * How the names of next hops are looked up, RFC 3263. What a route or the hosts file says is not looked up, and a search
     * list is never applied.
     *
     * @param enabled whether names are looked up at all
     * @param resolvers name servers, {@code address} or {@code address:port}; none: those of the system
     * @param timeout how long a request waits for one question
     * @param naptr whether NAPTR records choose the transport
     * @param srv whether SRV records are used; else a domain is a host
     * @param lookups most questions open at one time; a request that needs a further one fails at once
     * @param cache most answers that are kept
     */
    public record Dns(
            boolean enabled,
            List<String> resolvers,
            Duration timeout,
            boolean naptr,
            boolean srv,
            int lookups,
            int cache) {
        /** Everything by the resolvers of the system. */
        public static final Dns SYSTEM = new Dns(true, List.of(), Duration.ofSeconds(5), true, true, 1_000, 10_000);

        public Dns {
            resolvers = List.copyOf(resolvers);
            resolvers.forEach(resolver -> requireAddress(resolver, "resolver"));
            requirePositive(timeout, "timeout of dns");
            requireRange(lookups, 1, 1 << 20, "lookups");
            requireRange(cache, 1, 1 << 24, "cache");
        }

        /** The same with these name servers. */
        public Dns withResolvers(List<String> newResolvers) {
            return new Dns(enabled, newResolvers, timeout, naptr, srv, lookups, cache);
        }

        /** The same with another time to wait. */
        public Dns withTimeout(Duration newTimeout) {
            return new Dns(enabled, resolvers, newTimeout, naptr, srv, lookups, cache);
        }
    }

    /**
     * How a request goes to the servers that were found.
     *
     * @param setAside how long a server that failed is tried last; zero: never
     * @param mtu of the path to peers: a request within 200 bytes of it goes over TCP (RFC 3261 §18.1.1)
     */
    public record NextHops(Duration setAside, int mtu) {
        /** Half a minute; Ethernet. */
        public static final NextHops DEFAULT = new NextHops(Duration.ofSeconds(30), 1500);

        public NextHops {
            if (setAside.isNegative()) {
                throw new IllegalArgumentException("set-aside is negative; expected 0 or more");
            }
            requireRange(mtu, 576, 1 << 17, "mtu");
        }
    }

    /**
     * What peers behind TLS must show.
     *
     * @param store whose word counts: a PEM file of certificates, or a PKCS12 or JKS store of them; empty: those that the
     *     Java runtime trusts
     * @param password of the store; empty for PEM
     */
    public record Trust(Optional<Path> store, String password) {
        /** The authorities of the Java runtime. */
        public static final Trust DEFAULT = new Trust(Optional.empty(), "");

        /** The same with the authorities in a file. */
        public Trust store(Path file, String storePassword) {
            return new Trust(Optional.of(file), storePassword);
        }

        TrustSource source() {
            return new TrustSource(store, password);
        }

        /** Reads the file; IllegalArgumentException says what is wrong with it. */
        void check() {
            try {
                if (store.isPresent()) {
                    source().load();
                }
            } catch (KeyMaterialException e) {
                throw new IllegalArgumentException(e.getMessage(), e);
            }
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "Trust[" + store + "]";
        }
    }

    /**
     * The HTTP side.
     *
     * <pre>{@code
     * new Http("192.0.2.10", 8080).https(8443, Tls.keyStore(Path.of("conf/server.p12"), password))
     * }</pre>
     *
     * @param host the local address or name to bind
     * @param port the local port; 0 takes a free one; empty: HTTP is spoken on the port with TLS alone
     * @param advertise the host that goes into Via and Record-Route of WebSocket clients; empty: the bound address
     * @param webSocket SIP over WebSocket on these ports; empty: it is not spoken
     * @param secure the port with TLS; empty: there is none
     * @param metricsFrom addresses and ranges that may read {@code /metrics}; none: nobody may
     */
    public record Http(
            String host,
            OptionalInt port,
            Optional<String> advertise,
            Optional<WebSocket> webSocket,
            Optional<Https> secure,
            List<String> metricsFrom) {
        /** Those of this host. */
        public static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1");

        public Http {
            requireHost(host, "host of http");
            if (port.isPresent()) {
                requirePort(port.getAsInt(), "port of http");
            } else if (secure.isEmpty()) {
                throw new IllegalArgumentException("http has no port; expected port, or tls-port with keys");
            }
            if (secure.isPresent() && port.equals(OptionalInt.of(secure.get().port())) && port.getAsInt() != 0) {
                throw new IllegalArgumentException("port and tls-port of http are both " + port.getAsInt());
            }
            advertise.ifPresent(name -> requireHost(name, "advertise of http"));
            metricsFrom = List.copyOf(metricsFrom);
            metricsFrom.forEach(range -> requireAddressRange(range, "metrics-from of http"));
        }

        /** An HTTP port with SIP over WebSocket as usual. */
        public Http(String host, int port) {
            this(
                    host,
                    OptionalInt.of(port),
                    Optional.empty(),
                    Optional.of(WebSocket.DEFAULT),
                    Optional.empty(),
                    LOOPBACK);
        }

        /** The same with a port for HTTPS and WSS. */
        public Http https(int tlsPort, Tls keys) {
            return new Http(host, port, advertise, webSocket, Optional.of(new Https(tlsPort, keys)), metricsFrom);
        }

        /** The same without the port that has no TLS. */
        public Http httpsOnly() {
            return new Http(host, OptionalInt.empty(), advertise, webSocket, secure, metricsFrom);
        }

        /** The same with {@code /metrics} for these addresses and ranges, such as {@code 10.0.0.0/8}. */
        public Http metricsFrom(List<String> readers) {
            return new Http(host, port, advertise, webSocket, secure, readers);
        }
    }

    /**
     * A port with TLS, for HTTPS and for SIP over WebSocket as WSS.
     *
     * @param port the local port; 0 takes a free one
     * @param tls who this server is
     */
    public record Https(int port, Tls tls) {
        /** The port when there are keys and none is named. */
        public static final int DEFAULT_PORT = 8443;

        public Https {
            requirePort(port, "tls-port of http");
        }
    }

    /**
     * SIP over WebSocket, RFC 7118.
     *
     * @param path the path of the upgrade request; begins with a slash
     * @param origins the origins of pages that may connect, such as {@code https://www.example.com}; {@code *} stands for
     *     any; empty: pages of the host they connect to
     * @param ping how long a client may be silent before it is asked whether it is still there; zero asks nobody
     */
    public record WebSocket(String path, List<String> origins, Duration ping) {
        /** At the root, for pages of the same host. */
        public static final WebSocket DEFAULT = new WebSocket("/", List.of(), Duration.ofSeconds(30));

        public WebSocket {
            origins = List.copyOf(origins);
            requirePath(path, "websocket-path");
            origins.forEach(origin -> requireOrigin(origin, "websocket-origins"));
            if (ping.isNegative()) {
                throw new IllegalArgumentException("websocket-ping is negative; expected 0 or more");
            }
        }
    }

    /**
     * What is deployed and how.
     *
     * @param directory watched for archives; empty: none is
     * @param archives files or directories deployed besides
     * @param servlets applications of one servlet, by application name
     * @param settings properties files {@code <application>.properties} in this directory override context parameters
     * @param data where unpacked archives and registrations are kept; empty: nothing outlives the server
     * @param users file of the users of digest authentication; empty: there are none
     * @param userDatabase a database with those users, in place of the file
     * @param router properties file of the default application router; empty: {@code jakarta.servlet.sip.ar.dar.configuration}
     *     decides
     * @param routerJars directory with the jars of an application router of JSR 289; empty: the default one is used
     * @param undeployTimeout how long running calls of an undeployed application may go on
     * @param scanInterval time between two looks at the directory
     * @param unroutedStatus the answer to an initial request no application is selected for
     * @param unroutedReason the text of that answer
     * @param push sends push notifications for applications; empty: they have none
     */
    public record Applications(
            Optional<Path> directory,
            List<Path> archives,
            Map<String, Servlet> servlets,
            Optional<Path> settings,
            Optional<Path> data,
            Optional<Path> users,
            Optional<UserDatabase> userDatabase,
            Optional<Path> router,
            Optional<Path> routerJars,
            Duration undeployTimeout,
            Duration scanInterval,
            int unroutedStatus,
            String unroutedReason,
            Optional<PushService> push) {

        /** Nothing is deployed, with the usual times. */
        public static final Applications NONE = new Applications(
                Optional.empty(),
                List.of(),
                Map.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                404,
                "No Application Takes This Request",
                Optional.empty());

        public Applications {
            archives = List.copyOf(archives);
            servlets = Collections.unmodifiableMap(new LinkedHashMap<>(servlets));
            if (undeployTimeout.isNegative()) {
                throw new IllegalArgumentException("undeploy-timeout is negative; expected 0 or more");
            }
            requirePositive(scanInterval, "scan-interval");
            requireRange(unroutedStatus, 400, 699, "unrouted-status");
            requireReason(unroutedReason, "unrouted-reason");
        }
    }

    /** An empty configuration to add to. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Reads {@code trapezoid.xml}.
     *
     * @param file the file
     * @param base what relative paths in it are relative to
     * @throws ConfigException names file, line and problem of everything wrong in it
     */
    public static ServerConfig read(Path file, Path base) {
        return new XmlConfig(base, System.getenv(), System.getProperties()).read(file);
    }

    /** Collects a configuration; used by one thread. */
    public static final class Builder {
        private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

        private final List<Listener> listeners = new ArrayList<>();
        private final List<String> names = new ArrayList<>();
        private final List<Route> routes = new ArrayList<>();
        private final List<Forbid> forbidden = new ArrayList<>();
        private Timing timing = Timing.RFC3261;
        private PeerLimits limits = PeerLimits.DEFAULT;
        private Nat nat = Nat.DEFAULT;
        private Trust trust = Trust.DEFAULT;
        private Duration stopTimeout = STOP_TIMEOUT;
        private Dns dns = Dns.SYSTEM;
        private NextHops nextHops = NextHops.DEFAULT;
        private Optional<Http> http = Optional.empty();
        private Optional<Path> directory = Optional.empty();
        private final List<Path> archives = new ArrayList<>();
        private final Map<String, Servlet> servlets = new LinkedHashMap<>();
        private Optional<Path> settings = Optional.empty();
        private Optional<Path> data = Optional.empty();
        private Optional<Path> users = Optional.empty();
        private Optional<UserDatabase> userDatabase = Optional.empty();
        private Optional<Path> router = Optional.empty();
        private Optional<Path> routerJars = Optional.empty();
        private Duration undeployTimeout = Applications.NONE.undeployTimeout();
        private Duration scanInterval = Applications.NONE.scanInterval();
        private int unroutedStatus = Applications.NONE.unroutedStatus();
        private String unroutedReason = Applications.NONE.unroutedReason();
        private Optional<TrustedPeers> trustedPeers = Optional.empty();
        private Optional<PushService> push = Optional.empty();
        private Optional<Cluster> cluster = Optional.empty();

        private Builder() {}

        /** Adds a SIP listener. */
        public Builder listen(Listener listener) {
            listeners.add(listener);
            return this;
        }

        /** Adds a host, {@code host} or {@code host:port}, by which peers know this server. */
        public Builder name(String hostPort) {
            names.add(hostPort);
            return this;
        }

        /** Sends requests for a domain, or with a leading dot for every domain that ends with it, to a SIP URI. */
        public Builder route(String domain, String to) {
            routes.add(new Route(domain, to));
            return this;
        }

        /**
         * Sends nothing to a network on behalf of messages that came to an address outside it: no proxied request, no request
         * in a dialog, no response.
         *
         * @param range an address or a network such as {@code 10.0.0.0/8}
         * @param except addresses and networks in it that are exempt
         */
        public Builder forbid(String range, String... except) {
            forbidden.add(new Forbid(range, List.of(except)));
            return this;
        }

        /** Sets the base timers. */
        public Builder timing(Timing baseTimers) {
            timing = baseTimers;
            return this;
        }

        /** What is done for clients behind NATs. */
        public Builder nat(Nat forNats) {
            nat = forNats;
            return this;
        }

        /** Sets what peers may ask for. */
        public Builder limits(PeerLimits peerLimits) {
            limits = peerLimits;
            return this;
        }

        /** Sets what peers behind TLS must show. */
        public Builder trust(Trust peerTrust) {
            trust = peerTrust;
            return this;
        }

        /** Sets how long running transactions may go on when the server stops. */
        public Builder stopTimeout(Duration timeout) {
            stopTimeout = timeout;
            return this;
        }

        /** Sets how names are looked up. */
        public Builder dns(Dns lookups) {
            dns = lookups;
            return this;
        }

        /** Sets how requests go to the servers that were found. */
        public Builder nextHops(NextHops hops) {
            nextHops = hops;
            return this;
        }

        /** Opens an HTTP port on the loopback address; 0 takes a free one. */
        public Builder http(int port) {
            return http(Listener.DEFAULT_HOST, port);
        }

        /** Opens an HTTP port; 0 takes a free one. */
        public Builder http(String host, int port) {
            return http(new Http(host, port));
        }

        /** Opens an HTTP port. */
        public Builder http(Http configured) {
            http = Optional.of(configured);
            return this;
        }

        /** Deploys an application of one servlet. */
        public Builder application(String name, Servlet servlet) {
            if (servlets.put(name, servlet) != null) {
                throw new IllegalArgumentException("application " + name + " is there twice");
            }
            return this;
        }

        /** Deploys an archive or a directory of the same shape. */
        public Builder deploy(Path archive) {
            archives.add(archive);
            return this;
        }

        /** Watches a directory for archives. */
        public Builder deployDirectory(Path watched) {
            directory = Optional.of(watched);
            return this;
        }

        /** Reads context parameters from {@code <application>.properties} in a directory. */
        public Builder applicationSettings(Path propertiesDirectory) {
            settings = Optional.of(propertiesDirectory);
            return this;
        }

        /** Keeps unpacked archives and registrations in a directory; without it, nothing outlives the server. */
        public Builder data(Path dataDirectory) {
            data = Optional.of(dataDirectory);
            return this;
        }

        /** Checks digest credentials against a file that {@code trapezoid user} keeps. */
        public Builder users(Path usersFile) {
            users = Optional.of(usersFile);
            return this;
        }

        /** Checks digest credentials against a database; a file of users does not count then. */
        public Builder users(UserDatabase database) {
            userDatabase = Optional.of(database);
            return this;
        }

        /** Selects applications by a properties file of the default application router. */
        public Builder router(Path propertiesFile) {
            router = Optional.of(propertiesFile);
            return this;
        }

        /** Selects applications by the router of JSR 289 that is in the jars of a directory, which is watched. */
        public Builder routerJars(Path jarDirectory) {
            routerJars = Optional.of(jarDirectory);
            return this;
        }

        /** Sets how long running calls of an undeployed application may go on. */
        public Builder undeployTimeout(Duration timeout) {
            undeployTimeout = timeout;
            return this;
        }

        /** Sets the time between two looks at the deploy directory. */
        public Builder scanInterval(Duration interval) {
            scanInterval = interval;
            return this;
        }

        /** Sets the answer to an initial request no application is selected for. */
        public Builder unroutedStatus(int status) {
            unroutedStatus = status;
            return this;
        }

        /** Sets the text of that answer. */
        public Builder unroutedReason(String reason) {
            unroutedReason = reason;
            return this;
        }

        /**
         * Removes from the messages of all peers but these what a network asserts (RFC 3325), and from messages to them what
         * is to stay in it. Without it everybody is trusted.
         */
        public Builder trustedPeers(TrustedPeers peers) {
            trustedPeers = Optional.of(peers);
            return this;
        }

        /** Gives applications a service that wakes clients by push notifications (RFC 8599). */
        public Builder push(PushService service) {
            push = Optional.of(service);
            return this;
        }

        /** Gives applications one that hands notifications to an HTTP service, which knows these providers. */
        public Builder pushGateway(String url, Set<String> providers) {
            return push(new PushGateway(url, providers));
        }

        /** Makes this server a node of a cluster. */
        public Builder cluster(Cluster joined) {
            cluster = Optional.of(joined);
            return this;
        }

        /** The configuration; IllegalArgumentException names what is wrong with it. */
        public ServerConfig build() {
            return new ServerConfig(
                    new Sip(
                            listeners,
                            names,
                            routes,
                            forbidden,
                            timing,
                            limits,
                            nat,
                            trust,
                            stopTimeout,
                            dns,
                            nextHops,
                            trustedPeers),
                    http,
                    new Applications(
                            directory,
                            archives,
                            servlets,
                            settings,
                            data,
                            users,
                            userDatabase,
                            router,
                            routerJars,
                            undeployTimeout,
                            scanInterval,
                            unroutedStatus,
                            unroutedReason,
                            push),
                    cluster);
        }
    }
}
