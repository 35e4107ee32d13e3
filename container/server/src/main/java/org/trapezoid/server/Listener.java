// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.requireHost;
import static org.trapezoid.server.ConfigChecks.requirePort;

import java.util.Locale;
import java.util.Optional;

/**
 * One SIP address the server listens on. Immutable.
 *
 * <pre>{@code
 * Listener.udp(5060).host("192.0.2.10").advertise("sip.example.net")
 * }</pre>
 *
 * @param transport what is spoken there
 * @param host the local address or name to bind; {@code 0.0.0.0} binds every address
 * @param port the local port; 0 takes a free one
 * @param advertise what goes into Via, Contact and Record-Route, as {@code host} or {@code host:port}; empty: the bound
 *     address
 */
public record Listener(Transport transport, String host, int port, Optional<String> advertise) {

    /** Transports a listener can have. */
    public enum Transport {
        /** RFC 3261 §18.1, datagrams. */
        UDP,
        /** RFC 3261 §18.3, streams. */
        TCP;

        /** The name as configuration files and logs write it. */
        public String configName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The address that is bound when none is given: nobody but this host can reach it. */
    public static final String DEFAULT_HOST = "127.0.0.1";

    public Listener {
        requireHost(host, "host of a listener");
        requirePort(port, "port of a listener");
        advertise.ifPresent(value -> ConfigChecks.requireHostPort(value, "advertise of a listener"));
    }

    /** Listens for UDP on the loopback address. */
    public static Listener udp(int port) {
        return new Listener(Transport.UDP, DEFAULT_HOST, port, Optional.empty());
    }

    /** Listens for TCP on the loopback address. */
    public static Listener tcp(int port) {
        return new Listener(Transport.TCP, DEFAULT_HOST, port, Optional.empty());
    }

    /** The same listener on another local address. */
    public Listener host(String localHost) {
        return new Listener(transport, localHost, port, advertise);
    }

    /** The same listener, known to peers as {@code host} or {@code host:port}. */
    public Listener advertise(String hostPort) {
        return new Listener(transport, host, port, Optional.of(hostPort));
    }

    /** As logs write it, {@code udp 127.0.0.1:5060}. */
    @Override
    public String toString() {
        return transport.configName() + " " + host + ":" + port;
    }
}
