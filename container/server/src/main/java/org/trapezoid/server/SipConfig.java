// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.requireAddress;
import static org.trapezoid.server.ConfigChecks.requireAddressRange;
import static org.trapezoid.server.ConfigChecks.requireHost;
import static org.trapezoid.server.ConfigChecks.requireHostPort;
import static org.trapezoid.server.ConfigChecks.requirePositive;
import static org.trapezoid.server.ConfigChecks.requireRange;
import static org.trapezoid.server.ConfigChecks.requireSipUri;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.trapezoid.sip.tls.KeyMaterialException;
import org.trapezoid.sip.tls.TrustSource;

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
public record SipConfig(
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
    public SipConfig {
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
            if (listener.transport() == Listener.Transport.TLS && listener.tls().isEmpty()) {
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
}
