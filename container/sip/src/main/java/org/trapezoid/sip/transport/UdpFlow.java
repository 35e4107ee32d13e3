// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.trapezoid.sip.message.Message;

/** One remote address as a UDP socket sees it, RFC 5626 §2. Equal when socket and address are. Thread-safe. */
final class UdpFlow implements Flow {
    private final UdpSocket socket;
    private final InetSocketAddress peer;

    UdpFlow(UdpSocket socket, InetSocketAddress peer) {
        this.socket = socket;
        this.peer = peer;
    }

    @Override
    public void send(Message message, Consumer<IOException> onFailure) {
        socket.send(message, peer, onFailure);
    }

    @Override
    public void keepAlive() {
        socket.sendLineEnds(peer);
    }

    @Override
    public Protocol protocol() {
        return Protocol.UDP;
    }

    @Override
    public Listener listener() {
        return socket.listener();
    }

    @Override
    public InetSocketAddress local() {
        return socket.listener().bound();
    }

    @Override
    public InetSocketAddress peer() {
        return peer;
    }

    @Override
    public long serial() {
        return 0;
    }

    @Override
    public boolean isOpen() {
        return socket.isOpen();
    }

    @Override
    public void close() {
        // nothing to close: the socket serves every peer
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof UdpFlow flow && flow.socket == socket && flow.peer.equals(peer);
    }

    @Override
    public int hashCode() {
        return peer.hashCode();
    }

    @Override
    public String toString() {
        return "UDP " + local() + " - " + peer;
    }
}
