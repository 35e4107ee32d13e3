// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import jakarta.servlet.Servlet;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.trapezoid.api.PushService;

/** Collects a configuration; used by one thread. */
public final class ServerConfigBuilder {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final List<Listener> listeners = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<SipConfig.Route> routes = new ArrayList<>();
    private final List<SipConfig.Forbid> forbidden = new ArrayList<>();
    private SipConfig.Timing timing = SipConfig.Timing.RFC3261;
    private PeerLimits limits = PeerLimits.DEFAULT;
    private SipConfig.Nat nat = SipConfig.Nat.DEFAULT;
    private SipConfig.Trust trust = SipConfig.Trust.DEFAULT;
    private Duration stopTimeout = STOP_TIMEOUT;
    private SipConfig.Dns dns = SipConfig.Dns.SYSTEM;
    private SipConfig.NextHops nextHops = SipConfig.NextHops.DEFAULT;
    private Optional<HttpConfig> http = Optional.empty();
    private Optional<Path> directory = Optional.empty();
    private final List<Path> archives = new ArrayList<>();
    private final Map<String, Servlet> servlets = new LinkedHashMap<>();
    private Optional<Path> settings = Optional.empty();
    private Optional<Path> data = Optional.empty();
    private Optional<Path> users = Optional.empty();
    private Optional<UserDatabase> userDatabase = Optional.empty();
    private Optional<Path> router = Optional.empty();
    private Optional<Path> routerJars = Optional.empty();
    private Duration undeployTimeout = ApplicationsConfig.NONE.undeployTimeout();
    private Duration scanInterval = ApplicationsConfig.NONE.scanInterval();
    private int unroutedStatus = ApplicationsConfig.NONE.unroutedStatus();
    private String unroutedReason = ApplicationsConfig.NONE.unroutedReason();
    private Optional<TrustedPeers> trustedPeers = Optional.empty();
    private Optional<PushService> push = Optional.empty();
    private Optional<Cluster> cluster = Optional.empty();

    ServerConfigBuilder() {}

    /** Adds a SIP listener. */
    public ServerConfigBuilder listen(Listener listener) {
        listeners.add(listener);
        return this;
    }

    /** Adds a host, {@code host} or {@code host:port}, by which peers know this server. */
    public ServerConfigBuilder name(String hostPort) {
        names.add(hostPort);
        return this;
    }

    /** Sends requests for a domain, or with a leading dot for every domain that ends with it, to a SIP URI. */
    public ServerConfigBuilder route(String domain, String to) {
        routes.add(new SipConfig.Route(domain, to));
        return this;
    }

    /**
     * Sends nothing to a network on behalf of messages that came to an address outside it: no proxied request, no request
     * in a dialog, no response.
     *
     * @param range an address or a network such as {@code 10.0.0.0/8}
     * @param except addresses and networks in it that are exempt
     */
    public ServerConfigBuilder forbid(String range, String... except) {
        forbidden.add(new SipConfig.Forbid(range, List.of(except)));
        return this;
    }

    /** Sets the base timers. */
    public ServerConfigBuilder timing(SipConfig.Timing baseTimers) {
        timing = baseTimers;
        return this;
    }

    /** What is done for clients behind NATs. */
    public ServerConfigBuilder nat(SipConfig.Nat forNats) {
        nat = forNats;
        return this;
    }

    /** Sets what peers may ask for. */
    public ServerConfigBuilder limits(PeerLimits peerLimits) {
        limits = peerLimits;
        return this;
    }

    /** Sets what peers behind TLS must show. */
    public ServerConfigBuilder trust(SipConfig.Trust peerTrust) {
        trust = peerTrust;
        return this;
    }

    /** Sets how long running transactions may go on when the server stops. */
    public ServerConfigBuilder stopTimeout(Duration timeout) {
        stopTimeout = timeout;
        return this;
    }

    /** Sets how names are looked up. */
    public ServerConfigBuilder dns(SipConfig.Dns lookups) {
        dns = lookups;
        return this;
    }

    /** Sets how requests go to the servers that were found. */
    public ServerConfigBuilder nextHops(SipConfig.NextHops hops) {
        nextHops = hops;
        return this;
    }

    /** Opens an HTTP port on the loopback address; 0 takes a free one. */
    public ServerConfigBuilder http(int port) {
        return http(Listener.DEFAULT_HOST, port);
    }

    /** Opens an HTTP port; 0 takes a free one. */
    public ServerConfigBuilder http(String host, int port) {
        return http(new HttpConfig(host, port));
    }

    /** Opens an HTTP port. */
    public ServerConfigBuilder http(HttpConfig configured) {
        http = Optional.of(configured);
        return this;
    }

    /** Deploys an application of one servlet. */
    public ServerConfigBuilder application(String name, Servlet servlet) {
        if (servlets.put(name, servlet) != null) {
            throw new IllegalArgumentException("application " + name + " is there twice");
        }
        return this;
    }

    /** Deploys an archive or a directory of the same shape. */
    public ServerConfigBuilder deploy(Path archive) {
        archives.add(archive);
        return this;
    }

    /** Watches a directory for archives. */
    public ServerConfigBuilder deployDirectory(Path watched) {
        directory = Optional.of(watched);
        return this;
    }

    /** Reads context parameters from {@code <application>.properties} in a directory. */
    public ServerConfigBuilder applicationSettings(Path propertiesDirectory) {
        settings = Optional.of(propertiesDirectory);
        return this;
    }

    /** Keeps unpacked archives and registrations in a directory; without it, nothing outlives the server. */
    public ServerConfigBuilder data(Path dataDirectory) {
        data = Optional.of(dataDirectory);
        return this;
    }

    /** Checks digest credentials against a file that {@code trapezoid user} keeps. */
    public ServerConfigBuilder users(Path usersFile) {
        users = Optional.of(usersFile);
        return this;
    }

    /** Checks digest credentials against a database; a file of users does not count then. */
    public ServerConfigBuilder users(UserDatabase database) {
        userDatabase = Optional.of(database);
        return this;
    }

    /** Selects applications by a properties file of the default application router. */
    public ServerConfigBuilder router(Path propertiesFile) {
        router = Optional.of(propertiesFile);
        return this;
    }

    /** Selects applications by the router of JSR 289 that is in the jars of a directory, which is watched. */
    public ServerConfigBuilder routerJars(Path jarDirectory) {
        routerJars = Optional.of(jarDirectory);
        return this;
    }

    /** Sets how long running calls of an undeployed application may go on. */
    public ServerConfigBuilder undeployTimeout(Duration timeout) {
        undeployTimeout = timeout;
        return this;
    }

    /** Sets the time between two looks at the deploy directory. */
    public ServerConfigBuilder scanInterval(Duration interval) {
        scanInterval = interval;
        return this;
    }

    /** Sets the answer to an initial request no application is selected for. */
    public ServerConfigBuilder unroutedStatus(int status) {
        unroutedStatus = status;
        return this;
    }

    /** Sets the text of that answer. */
    public ServerConfigBuilder unroutedReason(String reason) {
        unroutedReason = reason;
        return this;
    }

    /**
     * Removes from the messages of all peers but these what a network asserts (RFC 3325), and from messages to them what
     * is to stay in it. Without it everybody is trusted.
     */
    public ServerConfigBuilder trustedPeers(TrustedPeers peers) {
        trustedPeers = Optional.of(peers);
        return this;
    }

    /** Gives applications a service that wakes clients by push notifications (RFC 8599). */
    public ServerConfigBuilder push(PushService service) {
        push = Optional.of(service);
        return this;
    }

    /** Gives applications one that hands notifications to an HTTP service, which knows these providers. */
    public ServerConfigBuilder pushGateway(String url, Set<String> providers) {
        return push(new PushGateway(url, providers));
    }

    /** Makes this server a node of a cluster. */
    public ServerConfigBuilder cluster(Cluster joined) {
        cluster = Optional.of(joined);
        return this;
    }

    /** The configuration; IllegalArgumentException names what is wrong with it. */
    public ServerConfig build() {
        return new ServerConfig(
                new SipConfig(
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
                new ApplicationsConfig(
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
