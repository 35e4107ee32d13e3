// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.concurrent.Strand;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowHandler;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.Transport;
import org.trapezoid.sip.uri.HostPort;

/**
 * A transport without sockets: the test plays every peer. Failures are told when the clock moves on, even by nothing.
 * Confined to the thread of the test.
 */
public final class FakeTransport implements Transport {

    /** A message that left and where to. */
    public record Sent(InetSocketAddress peer, Message message) {}

    /** Takes messages to their peers. */
    public interface Carrier {

        /** @param onFailure as that of {@link Flow#send} */
        void carry(Sent sent, Consumer<IOException> onFailure);
    }

    private final Listener listener;
    private final ManualClock clock;
    private final Strand failures;
    private final MessageParser parser = new MessageParser(Limits.DEFAULT);
    private boolean closed;
    private final Map<InetSocketAddress, PeerFlow> flows = new HashMap<>();
    private final Set<InetSocketAddress> unreachable = new HashSet<>();
    private final List<Sent> sent = new ArrayList<>();
    private @Nullable FlowHandler handler;
    private final List<InetSocketAddress> keptAlive = new ArrayList<>();
    private Consumer<Sent> onSent = message -> {};
    private long connections;
    private @Nullable Carrier carrier;

    public FakeTransport(Protocol protocol, InetSocketAddress bound, ManualClock clock) {
        String address = bound.getAddress().getHostAddress();
        String host = address.indexOf(':') < 0 ? address : '[' + address + ']';
        this.listener = new Listener(protocol, bound, new HostPort(host, bound.getPort()));
        this.clock = clock;
        this.failures = clock.strands().create();
    }

    public static FakeTransport udp(String address, int port, ManualClock clock) {
        return new FakeTransport(Protocol.UDP, new InetSocketAddress(address, port), clock);
    }

    public static FakeTransport tcp(String address, int port, ManualClock clock) {
        return new FakeTransport(Protocol.TCP, new InetSocketAddress(address, port), clock);
    }

    /** Whom line ends were sent to, in order. */
    public List<InetSocketAddress> keptAlive() {
        return keptAlive;
    }

    /** A peer sends this text; its line ends may be bare. */
    public void receive(InetSocketAddress from, String text) {
        receive(from, text.replace("\r\n", "\n").replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    public void receive(InetSocketAddress from, Message message) {
        receive(from, message.toBytes());
    }

    public void receive(InetSocketAddress from, byte[] message) {
        handler().onMessage(flowTo(from), parser.parseDatagram(message, 0, message.length));
    }

    /** What is sent to this peer from now on fails. */
    public void fail(InetSocketAddress peer) {
        unreachable.add(peer);
    }

    /** The connection to this peer is lost. */
    public void disconnect(InetSocketAddress peer) {
        PeerFlow flow = flows.get(peer);
        if (flow != null) {
            flow.close();
        }
    }

    /** Plays the peers: called with each message right after it was recorded. */
    public void onSent(Consumer<Sent> peers) {
        onSent = peers;
    }

    /** A network takes what is sent from now on, and nothing is recorded here. */
    public void carriedBy(Carrier network) {
        carrier = network;
    }

    public List<Sent> sent() {
        return sent;
    }

    public List<Message> sentTo(InetSocketAddress peer) {
        List<Message> messages = new ArrayList<>();
        for (Sent one : sent) {
            if (one.peer.equals(peer)) {
                messages.add(one.message);
            }
        }
        return messages;
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public void start(FlowHandler flowHandler) {
        handler = flowHandler;
    }

    @Override
    public Flow flowTo(InetSocketAddress peer) {
        return flows.computeIfAbsent(peer, PeerFlow::new);
    }

    @Override
    public Optional<Flow> openFlow(InetSocketAddress peer) {
        return listener.protocol().isReliable() ? Optional.ofNullable(flows.get(peer)) : Optional.of(flowTo(peer));
    }

    @Override
    public void close() {
        closed = true;
        flows.clear();
    }

    private FlowHandler handler() {
        FlowHandler started = handler;
        if (started == null) {
            throw new IllegalStateException("the transport is not started");
        }
        return started;
    }

    private void later(Runnable task) {
        clock.schedule(failures, Duration.ZERO, task);
    }

    private final class PeerFlow implements Flow {
        private final InetSocketAddress peer;
        private final long serial = listener.protocol().isReliable() ? ++connections : 0;
        private boolean open = true;

        PeerFlow(InetSocketAddress peer) {
            this.peer = peer;
        }

        @Override
        public void send(Message message, Consumer<IOException> onFailure) {
            if (!open || unreachable.contains(peer)) {
                later(() -> onFailure.accept(new IOException("scripted failure of " + peer)));
                return;
            }
            Sent one = new Sent(peer, message);
            if (carrier != null) {
                carrier.carry(one, onFailure);
                return;
            }
            sent.add(one);
            onSent.accept(one);
        }

        @Override
        public void keepAlive() {
            keptAlive.add(peer);
        }

        @Override
        public Protocol protocol() {
            return listener.protocol();
        }

        @Override
        public Listener listener() {
            return listener;
        }

        @Override
        public InetSocketAddress local() {
            return listener.bound();
        }

        @Override
        public InetSocketAddress peer() {
            return peer;
        }

        @Override
        public long serial() {
            return serial;
        }

        @Override
        public boolean isOpen() {
            return open && !closed;
        }

        @Override
        public void close() {
            if (open && isReliable()) {
                open = false;
                flows.remove(peer);
                later(() -> handler().onClosed(this));
            }
        }

        @Override
        public String toString() {
            return "fake " + protocol() + " " + peer;
        }
    }
}
