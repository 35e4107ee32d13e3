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

/** An address of 127.0.0.0/8 and a port that were free when they were chosen. Immutable. */
record Endpoint(String host, int port) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TRIES = 100;

    /** One that nobody else in this run has: an address of its own, and a port that is free for UDP and TCP. */
    static Endpoint free() {
        for (int i = 0; i < TRIES; i++) {
            String host = "127." + part() + "." + part() + "." + part();
            try (ServerSocket tcp = new ServerSocket(0, 1, InetAddress.getByName(host));
                    DatagramSocket udp = new DatagramSocket(tcp.getLocalPort(), InetAddress.getByName(host))) {
                return new Endpoint(host, udp.getLocalPort());
            } catch (BindException e) {
                // the port is free for TCP only
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        throw new AssertionError("no port is free for UDP and TCP");
    }

    private static int part() {
        return 1 + RANDOM.nextInt(254);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(host, port);
    }

    /** {@code sip:user@host:port}. */
    String uri(String user) {
        return "sip:" + user + "@" + this;
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
