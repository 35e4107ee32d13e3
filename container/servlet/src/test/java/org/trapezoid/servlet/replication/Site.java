// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import jakarta.servlet.Servlet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.trapezoid.api.Binding;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.location.BindingMerge;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.replication.testing.MemoryCluster;
import org.trapezoid.servlet.replication.testing.MemoryNode;
import org.trapezoid.servlet.replication.testing.StoppedTimers;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;

/** Several servers of one cluster in virtual time, each with the same applications; phones have the same address at each. */
final class Site {
    private static final byte[] KEY = new byte[32];

    final ManualClock clock = new ManualClock();
    final MemoryCluster cluster = new MemoryCluster(clock);
    private final Strand network = clock.strands().create();
    private final List<Socket> sockets = new ArrayList<>();
    private final List<String> hosts;
    private final TestServer.Edge edge;
    private final Map<String, Node> nodes = new LinkedHashMap<>();

    private record Socket(TestServer server, FakeTransport udp) {}

    /** One server and what it knows of the others. */
    record Node(
            TestServer server,
            MemoryNode member,
            StoppedTimers timers,
            Replication replication,
            LocationTable locations) {

        Peer peer(String name) {
            return server.peer(name);
        }
    }

    Site(String... hosts) {
        this(TestServer.Edge.OPEN, hosts);
    }

    Site(TestServer.Edge edge, String... hosts) {
        this.edge = edge;
        this.hosts = List.of(hosts);
        for (String host : hosts) {
            start(host, host.hashCode());
        }
    }

    /** Datagrams that nodes send to each other, or to themselves, get there a moment later. */
    Site connected() {
        nodes.values().forEach(node -> connect(node.server(), node.server().udp));
        return this;
    }

    private void connect(TestServer of, FakeTransport udp) {
        InetSocketAddress own = udp.listener().bound();
        sockets.add(new Socket(of, udp));
        udp.onSent(sent -> List.copyOf(sockets).forEach(socket -> {
            if (sent.peer().equals(socket.udp.listener().bound()) && of.isConnected() && socket.server.isConnected()) {
                clock.schedule(
                        network, Duration.ZERO, () -> Strand.post(() -> socket.udp.receive(own, sent.message())));
            }
        }));
    }

    /** The address of a node that has died is that of another one from now on. */
    void move(String dead, String heir) {
        TestServer server = node(heir).server();
        FakeTransport moved = FakeTransport.udp(dead, 5060, clock);
        server.attach(transports -> {
            try {
                transports.open(moved);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        connect(server, moved);
    }

    /** A node, or another incarnation of one that has died. */
    Node start(String host, long seed) {
        return start(host, seed, AttributeClasses.DEFAULT);
    }

    /** The same, which makes objects of these classes only. */
    Node start(String host, long seed, AttributeClasses classes) {
        return start(host, seed, classes, edge);
    }

    /** One that is not ready yet. */
    Node starting(String host, long seed) {
        return start(host, seed, AttributeClasses.DEFAULT, TestServer.Edge.STARTING);
    }

    private Node start(String host, long seed, AttributeClasses classes, TestServer.Edge at) {
        SplittableRandom random = new SplittableRandom(seed);
        String incarnation = SessionTokens.incarnation(random);
        MemoryNode member = cluster.join(incarnation);
        StoppedTimers timers = new StoppedTimers(clock);
        Replication replication = new Replication(
                member,
                member,
                member,
                new SessionTokens(incarnation, KEY, random),
                timers,
                Replication.DEFAULT_WAIT,
                classes);
        TestServer server = TestServer.member(clock, host, hosts, seed, replication, member, at);
        server.attach(member::attach);
        LocationTable locations = new LocationTable(clock.strands().create(), clock, clock, KEY, random);
        locations.addListener(new Sharing(host));
        server.followClients(locations);
        Node node = new Node(server, member, timers, replication, locations);
        nodes.put(host, node);
        return node;
    }

    /** Tells the other nodes of each change of bindings at once. */
    private final class Sharing implements LocationService.Listener {
        private final String host;

        Sharing(String host) {
            this.host = host;
        }

        @Override
        public void bound(Binding binding) {
            tell(new BindingMerge(binding.addressOfRecord(), List.of(binding), List.of()));
        }

        @Override
        public void refreshed(Binding before, Binding now) {
            tell(new BindingMerge(now.addressOfRecord(), List.of(now), List.of(before)));
        }

        @Override
        public void unbound(Binding binding) {
            tell(new BindingMerge(binding.addressOfRecord(), List.of(), List.of(binding)));
        }

        private void tell(BindingMerge change) {
            nodes.forEach((other, node) -> {
                if (!other.equals(host)) {
                    node.locations.merge(change);
                }
            });
        }
    }

    /** Deploys the servlet everywhere. */
    Site deploy(String name, Servlet servlet, Class<?>... listeners) throws Exception {
        for (Node each : nodes.values()) {
            each.server().deploy(name, servlet, listeners);
        }
        return this;
    }

    /** The same with context parameters. */
    Site deploy(String name, Map<String, String> parameters, Servlet servlet, Class<?>... listeners) throws Exception {
        for (Node each : nodes.values()) {
            each.server().deploy(name, parameters, servlet, listeners);
        }
        return this;
    }

    /** Deploys the servlet everywhere; a static method says which application session a request is for. */
    Site deployKeyed(String name, Servlet servlet, Class<?> holder, String method, Class<?>... listeners)
            throws Exception {
        for (Node each : nodes.values()) {
            each.server().deployKeyed(name, servlet, holder, method, listeners);
        }
        return this;
    }

    Node node(String host) {
        return Objects.requireNonNull(nodes.get(host));
    }

    /** Ends a node as {@code kill -9} does: nothing it sends gets anywhere any more. */
    void kill(String host) {
        Node node = node(host);
        node.member().die();
        node.server().cut();
    }

    /** The same, and the others have noticed and taken over what they can. */
    void killAndNotice(String host) {
        kill(host);
        clock.advance(Duration.ofSeconds(1));
    }

    /** Nobody is left with a session, and nothing is stored for one. */
    void assertEnded() {
        clock.advance(Duration.ofSeconds(1)); // what is saved late
        List<String> left = new ArrayList<>();
        nodes.forEach((host, node) -> {
            if (node.server().isConnected() && node.server().sessions() > 0) {
                left.add(host + " has " + node.server().sessions() + " sessions");
            }
        });
        cluster.stored().forEach(snapshot -> left.add("stored: " + snapshot));
        cluster.keys().forEach((key, token) -> left.add("a key: " + key + " of " + token));
        if (!left.isEmpty()) {
            throw new AssertionError("when all calls have ended: " + left);
        }
    }
}
