// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.testing.FakeTransport;
import org.trapezoid.sip.testing.ManualClock;
import org.trapezoid.sip.transport.Protocol;

/**
 * Carries messages between endpoints in virtual time: datagrams that are late, lost, doubled or overtaken, connections that
 * keep order until they break. The same random numbers make the same history. Confined to the thread of the test.
 */
public final class VirtualNetwork {
    private static final int FIRST_EPHEMERAL_PORT = 40_000;

    private record Place(Protocol protocol, InetSocketAddress address) {}

    private record Link(Endpoint from, InetSocketAddress to) {}

    private final ManualClock clock;
    private final RandomGenerator random;
    private final Ladder ladder;
    private final Strand wire;
    private final Map<Place, Endpoint> endpoints = new HashMap<>();
    private final Map<Link, Duration> lastArrivals = new HashMap<>();
    private final Map<Link, Connection> connections = new HashMap<>();
    private final Set<InetSocketAddress> silent = new HashSet<>();
    private Weather weather;
    private Distortion distortion = Distortion.NONE;
    private int ephemeralPort = FIRST_EPHEMERAL_PORT;

    public VirtualNetwork(ManualClock clock, RandomGenerator random, Weather weather, Ladder ladder) {
        this.clock = clock;
        this.random = random;
        this.weather = weather;
        this.ladder = ladder;
        this.wire = clock.strands().create();
    }

    public void attach(Endpoint endpoint) {
        endpoints.put(new Place(endpoint.protocol(), endpoint.address()), endpoint);
        ladder.column(endpoint.name());
    }

    /** What the transport sends goes over this network from now on. */
    public void attach(String name, FakeTransport transport) {
        attach(Endpoint.of(name, transport), transport);
    }

    /** The same by way of an endpoint that looks at what comes. */
    public void attach(Endpoint endpoint, FakeTransport transport) {
        attach(endpoint);
        transport.carriedBy((sent, onFailure) -> send(endpoint, sent.peer(), sent.message(), onFailure));
    }

    /** For what is sent from now on. */
    public void weather(Weather newWeather) {
        weather = newWeather;
    }

    public Weather weather() {
        return weather;
    }

    /** What becomes of the bytes of what is sent from now on, each time it arrives. */
    public void distortion(Distortion newDistortion) {
        distortion = newDistortion;
    }

    /** Nothing reaches or leaves this address any more, and nobody is told: its cable is out. */
    public void silence(InetSocketAddress address) {
        silent.add(address);
    }

    /** The cable is in again. */
    public void restore(InetSocketAddress address) {
        silent.remove(address);
    }

    /** Sends from an attached endpoint. */
    public void send(Endpoint from, InetSocketAddress to, Message message, Consumer<IOException> onFailure) {
        if (from.protocol().isReliable()) {
            Link link = new Link(from, to);
            Connection open = connections.get(link);
            Connection connection = open == null ? connect(link) : open;
            connection.send(from, message, onFailure);
        } else {
            sendDatagram(from, to, message);
        }
    }

    // ---- datagrams

    private void sendDatagram(Endpoint from, InetSocketAddress to, Message message) {
        Endpoint target = endpoints.get(new Place(from.protocol(), to));
        if (target == null || isSilent(from, to) || random.nextDouble() < weather.loss()) {
            ladder.lost(from.name(), target == null ? to.toString() : target.name(), message);
            return;
        }
        Duration arrival = arrival(new Link(from, to));
        deliver(arrival, target, from.address(), message);
        Duration again = Duration.ZERO;
        if (random.nextDouble() < weather.duplication()) {
            again = clock.elapsed().plus(weather.delay(random));
            deliver(again, target, from.address(), message);
        }
        ladder.sent(from.name(), target.name(), message, arrival, again);
    }

    private boolean isSilent(Endpoint from, InetSocketAddress to) {
        return silent.contains(from.address()) || silent.contains(to);
    }

    /** After what was sent before on the same link, unless it is overtaken. */
    private Duration arrival(Link link) {
        Duration own = clock.elapsed().plus(weather.delay(random));
        if (random.nextDouble() < weather.reordering()) {
            return own.plus(weather.delay(random));
        }
        Duration last = lastArrivals.getOrDefault(link, Duration.ZERO);
        Duration arrival = own.compareTo(last) > 0 ? own : last;
        lastArrivals.put(link, arrival);
        return arrival;
    }

    private void deliver(Duration at, Endpoint target, InetSocketAddress from, Message message) {
        byte[] bytes = distorted(from, target, message);
        at(at, () -> target.receive(from, bytes));
    }

    private byte[] distorted(InetSocketAddress from, Endpoint target, Message message) {
        byte[] sent = message.toBytes();
        byte[] bytes = distortion.distort(from, target, sent);
        if (bytes != sent) {
            ladder.forged(target.name(), bytes);
        }
        return bytes;
    }

    /** Never in the core section of the wire: who receives enters that of a call. */
    private void at(Duration when, Runnable task) {
        clock.schedule(wire, when.minus(clock.elapsed()), () -> Strand.post(task));
    }

    // ---- connections

    private Connection connect(Link link) {
        Endpoint target = endpoints.get(new Place(link.from.protocol(), link.to));
        var ours = new InetSocketAddress(link.from.address().getAddress(), ephemeralPort++);
        Connection connection = new Connection(link.from, target, link.to, ours);
        connections.put(link, connection);
        if (target != null) {
            connections.put(new Link(target, ours), connection);
        }
        return connection;
    }

    /** From {@code client}, where it is {@code serverAddress}, to {@code server}, where it is {@code clientAddress}. */
    private final class Connection {
        private final Endpoint client;
        private final @Nullable Endpoint server;
        private final InetSocketAddress serverAddress;
        private final InetSocketAddress clientAddress;
        private final Duration open;
        private Duration toServer;
        private Duration toClient = Duration.ZERO;
        private boolean broken;

        Connection(
                Endpoint client,
                @Nullable Endpoint server,
                InetSocketAddress serverAddress,
                InetSocketAddress clientAddress) {
            this.client = client;
            this.server = server;
            this.serverAddress = serverAddress;
            this.clientAddress = clientAddress;
            Duration way = weather.delay(random);
            this.open = clock.elapsed().plus(way).plus(way);
            this.toServer = open;
        }

        void send(Endpoint from, Message message, Consumer<IOException> onFailure) {
            Endpoint peer = server;
            if (peer == null) { // nobody listens there: what waits for the connection is told
                ladder.lost(from.name(), serverAddress.toString(), message);
                at(open, () -> {
                    end();
                    onFailure.accept(new IOException("connection refused by " + serverAddress));
                });
                return;
            }
            boolean outward = from == client;
            Endpoint target = outward ? peer : client;
            if (broken || isSilent(from, target.address())) {
                ladder.lost(from.name(), target.name(), message);
                return;
            }
            if (random.nextDouble() < weather.breaks()) {
                ladder.lost(from.name(), target.name(), message);
                snap(peer);
                return;
            }
            Duration own = clock.elapsed().plus(weather.delay(random));
            Duration last = outward ? toServer : toClient;
            Duration arrival = own.compareTo(last) > 0 ? own : last;
            if (outward) {
                toServer = arrival;
            } else {
                toClient = arrival;
            }
            InetSocketAddress source = outward ? clientAddress : serverAddress;
            byte[] bytes = distorted(source, target, message);
            at(arrival, () -> {
                if (!broken) {
                    target.receive(source, bytes);
                }
            });
            ladder.sent(from.name(), target.name(), message, arrival, Duration.ZERO);
        }

        /** What is under way is lost; both ends hear of it, each in its time, and may connect again then. */
        private void snap(Endpoint peer) {
            broken = true;
            ladder.note(client.name(), "connection to " + peer.name() + " breaks");
            at(clock.elapsed().plus(weather.delay(random)), () -> closed(client, serverAddress));
            at(clock.elapsed().plus(weather.delay(random)), () -> closed(peer, clientAddress));
        }

        private void closed(Endpoint end, InetSocketAddress peer) {
            if (connections.remove(new Link(end, peer), this)) {
                end.closed(peer);
            }
        }

        private void end() {
            broken = true;
            closed(client, serverAddress);
        }
    }
}
