// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.testing.simulation;

import jakarta.servlet.Servlet;
import jakarta.servlet.ServletException;
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
import java.util.function.Supplier;
import org.trapezoid.servlet.replication.Replication;
import org.trapezoid.servlet.replication.SessionTokens;
import org.trapezoid.servlet.replication.testing.MemoryCluster;
import org.trapezoid.servlet.replication.testing.MemoryNode;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.testing.FakeTransport;

/** The nodes of one cluster in a {@link World}: the address of one that dies moves to another. */
final class Nodes {
    private static final byte[] KEY = new byte[32];

    private final World world;
    private final MemoryCluster cluster;
    private final List<String> hosts;
    private final Map<String, Node> living = new LinkedHashMap<>();

    private record Node(TestServer server, MemoryNode member, Replication replication) {}

    /** @param edge what each node knows */
    Nodes(World world, SplittableRandom numbers, TestServer.Edge edge, List<String> hosts) {
        this.world = world;
        this.cluster = new MemoryCluster(world.clock());
        this.hosts = hosts;
        for (String host : hosts) {
            SplittableRandom random = numbers.split();
            String incarnation = SessionTokens.incarnation(random);
            MemoryNode member = cluster.join(incarnation);
            Replication replication = new Replication(
                    member,
                    member,
                    member,
                    new SessionTokens(incarnation, KEY, random),
                    world.clock(),
                    Replication.DEFAULT_WAIT);
            TestServer server =
                    TestServer.member(world.clock(), host, hosts, random.nextLong(), replication, member, edge);
            server.attach(member::attach);
            living.put(host, new Node(server, member, replication));
        }
    }

    MemoryCluster cluster() {
        return cluster;
    }

    List<TestServer> servers() {
        return living.values().stream().map(Node::server).toList();
    }

    TestServer server(String host) {
        return Objects.requireNonNull(living.get(host)).server();
    }

    /** Deploys an application everywhere; each node has servlets of its own. */
    void deploy(String name, Supplier<Servlet> servlet, Class<?>... listeners) throws ServletException {
        for (Node each : living.values()) {
            each.server().deploy(name, servlet.get(), listeners);
        }
    }

    /** {@code kill -9}; after a while its address is that of another node. */
    void kill(String host, Duration untilMoved) {
        Node dead = Objects.requireNonNull(living.remove(host));
        world.ladder().note(host, "dies");
        dead.member().die();
        dead.server().cut();
        dead.replication().close();
        InetSocketAddress address = dead.server().udp.listener().bound();
        moves(host, address, untilMoved);
    }

    /**
     * Nothing comes from it, nor gets there; after a while its address is that of another node, and later its own again.
     *
     * @param alone whether it goes on meanwhile; else nobody answers it
     */
    void isolate(String host, boolean alone, Duration untilMoved, Duration untilBack) {
        Node lost = Objects.requireNonNull(living.remove(host));
        world.ladder().note(host, alone ? "is cut off" : "hangs");
        if (alone) {
            lost.member().cutOff();
        } else {
            lost.member().hang();
        }
        lost.server().cut();
        moves(host, lost.server().udp.listener().bound(), untilMoved);
        world.at(untilBack, () -> {
            world.ladder().note(host, "is back");
            world.network().attach(host, lost.server().udp);
            living.put(host, lost);
            if (alone) {
                lost.member().meet();
            } else {
                lost.member().wake();
            }
        });
    }

    private void moves(String host, InetSocketAddress address, Duration untilMoved) {
        world.network().silence(address);
        Node heir = living.values().iterator().next();
        world.at(untilMoved, () -> {
            FakeTransport moved = FakeTransport.udp(host, address.getPort(), world.clock());
            heir.server().attach(transports -> {
                try {
                    transports.open(moved);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            world.network().restore(address);
            world.network().attach(host + " at its heir", moved);
        });
    }

    /** Nothing is stored for calls that have ended. */
    List<String> leftovers() {
        List<String> left = new ArrayList<>();
        cluster.stored().forEach(snapshot -> left.add("stored still: " + snapshot));
        living.forEach((host, node) -> {
            if (node.replication().kept() != 0) {
                left.add(host + " keeps " + node.replication().kept() + " sessions");
            }
            node.replication().close();
        });
        return left;
    }

    List<String> hosts() {
        return hosts;
    }
}
