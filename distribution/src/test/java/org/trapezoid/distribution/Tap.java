// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands in front of a server, on a UDP address of its own, and keeps what passes: "received" is what goes to the server, "sent"
 * what comes from it.
 */
final class Tap implements AutoCloseable {

    private static final int LONGEST_DATAGRAM = 65_535;

    private final String name;
    private final Endpoint endpoint = Endpoint.free();
    private final InetSocketAddress server;
    private final DatagramSocket socket;
    private final List<Wire> messages = new CopyOnWriteArrayList<>();

    private Tap(String name, Endpoint server) throws IOException {
        this.name = name;
        this.server = server.address();
        this.socket = new DatagramSocket(endpoint.address());
    }

    static Tap before(String name, Endpoint server) throws IOException {
        Tap tap = new Tap(name, server);
        Thread thread = new Thread(tap::pass, "tap-" + name);
        thread.setDaemon(true);
        thread.start();
        return tap;
    }

    /** Where to send what the server shall get. */
    Endpoint endpoint() {
        return endpoint;
    }

    /** What has passed since the last {@link #forget}. */
    Transcript transcript() {
        return new Transcript(name, List.copyOf(messages));
    }

    void forget() {
        messages.clear();
    }

    private void pass() {
        byte[] buffer = new byte[LONGEST_DATAGRAM];
        SocketAddress peer = server;
        while (!socket.isClosed()) {
            DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
            try {
                socket.receive(packet);
                boolean fromServer = packet.getSocketAddress().equals(server);
                Wire message = Wire.received(buffer, packet.getLength());
                messages.add(fromServer ? new Wire(true, message.text()) : message);
                if (!fromServer) {
                    peer = packet.getSocketAddress();
                }
                packet.setSocketAddress(fromServer ? peer : server);
                socket.send(packet);
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    messages.add(new Wire(false, "tap: " + e));
                }
            }
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
