// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.trapezoid.sip.transport.Literals;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** RFC 3263 without DNS: numeric addresses, static routes, localhost and the hosts file. Thread-safe. */
public final class StaticLocator implements ServerLocator {
    private static final List<InetAddress> LOOPBACK = List.of(
            Literals.address("127.0.0.1").orElseThrow(), Literals.address("::1").orElseThrow());

    private final Map<String, StaticRoute> domains = new HashMap<>();
    private final List<StaticRoute> suffixes = new ArrayList<>();
    private final HostsFile hosts;

    /**
     * A locator that knows {@code routes} and the hosts file at {@code hosts}.
     *
     * @param clock limits how often the file is looked at
     */
    public StaticLocator(List<StaticRoute> routes, Path hosts, InstantSource clock) {
        for (StaticRoute route : routes) {
            if (route.isSuffix()) {
                suffixes.add(route);
            } else {
                domains.put(route.domain().toLowerCase(Locale.ROOT), route);
            }
        }
        suffixes.sort(Comparator.comparing((StaticRoute route) -> route.domain().length())
                .reversed());
        this.hosts = new HostsFile(hosts, clock);
    }

    @Override
    public CompletionStage<List<Hop>> locate(Uri nextHop) {
        return CompletableFuture.completedFuture(nextHop instanceof SipUri uri ? hops(uri) : List.of());
    }

    private List<Hop> hops(SipUri uri) {
        String host = uri.maddr().orElse(uri.host());
        Optional<InetAddress> literal = Literals.address(host);
        if (literal.isPresent()) {
            return hops(uri, uri.secure(), List.of(literal.get()), uri.host());
        }
        Optional<StaticRoute> route = route(host.toLowerCase(Locale.ROOT));
        if (route.isPresent()) {
            SipUri target = route.get().target();
            boolean named = Literals.address(target.host()).isEmpty();
            List<InetAddress> addresses = addresses(target.maddr().orElse(target.host()));
            return hops(target, uri.secure(), addresses, named ? target.host() : uri.host());
        }
        return hops(uri, uri.secure(), addresses(host), uri.host());
    }

    private Optional<StaticRoute> route(String domain) {
        StaticRoute exact = domains.get(domain);
        if (exact != null) {
            return Optional.of(exact);
        }
        for (StaticRoute route : suffixes) {
            if (domain.endsWith(route.domain().toLowerCase(Locale.ROOT))) {
                return Optional.of(route);
            }
        }
        return Optional.empty();
    }

    private List<InetAddress> addresses(String host) {
        Optional<InetAddress> literal = Literals.address(host);
        if (literal.isPresent()) {
            return List.of(literal.get());
        }
        List<InetAddress> known = hosts.addresses(host);
        return known.isEmpty() && host.equalsIgnoreCase("localhost") ? LOOPBACK : known;
    }

    private static List<Hop> hops(SipUri uri, boolean secure, List<InetAddress> addresses, String domain) {
        Optional<Protocol> protocol = protocol(uri, secure || uri.secure());
        if (protocol.isEmpty()) {
            return List.of();
        }
        int port = uri.hostPort().portOr(protocol.get().defaultPort());
        List<Hop> hops = new ArrayList<>(addresses.size());
        for (InetAddress address : addresses) {
            hops.add(new Hop(protocol.get(), new InetSocketAddress(address, port), domain));
        }
        return hops;
    }

    /** RFC 3263 §4.1: the transport parameter, else UDP; sips goes over TLS only. Empty when we do not speak it. */
    private static Optional<Protocol> protocol(SipUri uri, boolean secure) {
        Optional<String> named = uri.transport();
        if (named.isEmpty()) {
            return Optional.of(secure ? Protocol.TLS : Protocol.UDP);
        }
        return Protocol.of(named.get().toUpperCase(Locale.ROOT))
                .flatMap(protocol -> secure ? secured(protocol) : Optional.of(protocol));
    }

    private static Optional<Protocol> secured(Protocol protocol) {
        return switch (protocol) {
            case UDP -> Optional.empty(); // DTLS is not spoken
            case TCP, TLS -> Optional.of(Protocol.TLS);
            case WS, WSS -> Optional.of(Protocol.WSS);
        };
    }
}
