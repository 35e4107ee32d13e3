// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.concurrent.Backlog;
import org.trapezoid.sip.message.MessageParser;

/**
 * SIP over UDP, RFC 3261 §18: one socket, or several that share the port by {@code SO_REUSEPORT}. Thread-safe.
 */
public final class UdpTransport implements Transport {
    private final Binding binding;
    private final UdpOptions options;
    private final MessageParser parser;
    private final StackThreads threads;
    private final Backlog backlog;
    private volatile List<UdpSocket> sockets = List.of();
    private volatile Listener listener;

    public UdpTransport(Binding binding, UdpOptions options, MessageParser parser, StackThreads threads) {
        this.binding = binding;
        this.options = options;
        this.parser = parser;
        this.threads = threads;
        this.backlog = threads.queueWait().backlog();
        this.listener = binding.listener(Protocol.UDP, binding.address());
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public void start(FlowHandler handler) throws IOException {
        LogGate gate = new LogGate(threads.timers()::nanoTime);
        long secret = new SecureRandom().nextLong();
        UdpSocket[] opened = new UdpSocket[options.readers()];
        Binding shared = binding;
        try {
            for (int i = 0; i < opened.length; i++) {
                opened[i] = new UdpSocket(shared, options, parser, threads, gate, handler, backlog, secret);
                shared = new Binding(
                        opened[i].listener().bound(), opened[i].listener().advertised());
            }
        } catch (IOException | RuntimeException e) {
            for (UdpSocket socket : opened) {
                if (socket != null) {
                    socket.close();
                }
            }
            throw e;
        }
        listener = opened[0].listener();
        sockets = List.of(opened);
        sockets.forEach(UdpSocket::start);
    }

    @Override
    public Flow flowTo(InetSocketAddress peer) {
        List<UdpSocket> open = sockets;
        if (open.isEmpty()) {
            throw new IllegalStateException("UDP listener " + binding.address() + " is not started");
        }
        return open.get(open.size() == 1 ? 0 : Math.floorMod(peer.hashCode(), open.size()))
                .flow(peer);
    }

    @Override
    public Optional<Flow> openFlow(InetSocketAddress peer) {
        return Optional.of(flowTo(peer));
    }

    @Override
    public void close() {
        sockets.forEach(UdpSocket::close);
        backlog.close();
    }
}
