// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** An address of 127.0.0.0/8, or ::1, and a port that were free when they were chosen. Immutable. */
record Endpoint(String host, int port) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TRIES = 100;
    private static final String LOOPBACK6 = "::1";
    private static final Set<Endpoint> TAKEN6 = ConcurrentHashMap.newKeySet();

    /** One that nobody else in this run has: an address of its own, and a port that is free for UDP and TCP. */
    static Endpoint free() {
        for (int i = 0; i < TRIES; i++) {
            String host = "127." + part() + "." + part() + "." + part();
            Optional<Endpoint> free = freeAt(host);
            if (free.isPresent()) {
                return free.get();
            }
        }
        throw new AssertionError("no port is free for UDP and TCP");
    }

    /** The same at ::1: that is the only address there is, so that the port is what nobody else in this run has. */
    static Endpoint free6() {
        for (int i = 0; i < TRIES; i++) {
            Optional<Endpoint> free = freeAt(LOOPBACK6);
            if (free.isPresent() && TAKEN6.add(free.get())) {
                return free.get();
            }
        }
        throw new AssertionError("no port of ::1 is free for UDP and TCP");
    }

    private static Optional<Endpoint> freeAt(String host) {
        try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getByName(host));
                DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), InetAddress.getByName(host))) {
            return Optional.of(new Endpoint(host, udp.getLocalPort()));
        } catch (BindException e) {
            return Optional.empty(); // the port is free for TCP only
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether this machine has ::1; in a container it need not. */
    static boolean isThereIpv6() {
        return isThere(LOOPBACK6);
    }

    private static boolean isThere(String host) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static int part() {
        return 1 + RANDOM.nextInt(254);
    }

    /** Of {@code host:port}. */
    static Endpoint parse(String text) {
        int colon = text.lastIndexOf(':');
        return new Endpoint(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    /** {@code sip:user@host:port}. */
    String uri(String user) {
        return "sip:" + user + "@" + this;
    }

    /** As a URI and a Via write it. */
    @Override
    public String toString() {
        return (host.equals(LOOPBACK6) ? '[' + host + ']' : host) + ":" + port;
    }
}
