// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.requireHost;
import static org.trapezoid.server.ConfigChecks.requirePort;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.trapezoid.sip.transport.Literals;

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
 * @param tls who this server is; with TLS only, and then needed
 * @param takeover whether it opens when its address appears on this host, and closes when that goes: the address of another node of the
 *     cluster, which is moved here when that node dies
 */
public record Listener(
        Transport transport, String host, int port, Optional<String> advertise, Optional<Tls> tls, boolean takeover) {

    /** Transports a listener can have. */
    public enum Transport {
        /** RFC 3261 §18.1, datagrams. */
        UDP,
        /** RFC 3261 §18.3, streams. */
        TCP,
        /** RFC 3261 §26.2.1, streams behind TLS. */
        TLS;

        /** The name as configuration files and logs write it. */
        public String configName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The address that is bound when none is given: nobody but this host can reach it. */
    public static final String DEFAULT_HOST = "127.0.0.1";

    /** A listener that is always open. */
    public Listener(Transport transport, String host, int port, Optional<String> advertise, Optional<Tls> tls) {
        this(transport, host, port, advertise, tls, false);
    }

    public Listener {
        if (takeover
                && (Literals.address(host)
                                .filter(address -> !address.isAnyLocalAddress())
                                .isEmpty()
                        || port == 0)) {
            throw new IllegalArgumentException("listener with takeover has host \"" + host + "\" and port " + port
                    + "; expected the address of another node, and a port");
        }
        requireHost(host, "host of a listener");
        requirePort(port, "port of a listener");
        if (tls.isPresent() && transport != Transport.TLS) {
            throw new IllegalArgumentException(
                    "listener " + transport.configName() + " has keys; expected them with transport tls only");
        }
        advertise.ifPresent(value -> ConfigChecks.requireHostPort(value, "advertise of a listener"));
    }

    /** Listens for UDP on the loopback address. */
    public static Listener udp(int port) {
        return new Listener(Transport.UDP, DEFAULT_HOST, port, Optional.empty(), Optional.empty());
    }

    /** Listens for TCP on the loopback address. */
    public static Listener tcp(int port) {
        return new Listener(Transport.TCP, DEFAULT_HOST, port, Optional.empty(), Optional.empty());
    }

    /** Listens for TLS on the loopback address; {@link #keyStore} or {@link #tls(Tls)} must follow. */
    public static Listener tls(int port) {
        return new Listener(Transport.TLS, DEFAULT_HOST, port, Optional.empty(), Optional.empty());
    }

    /** The same listener with the keys of a PKCS12 or JKS key store. */
    public Listener keyStore(Path file, String password) {
        return tls(Tls.keyStore(file, password));
    }

    /** The same listener with these keys. */
    public Listener tls(Tls keys) {
        return new Listener(transport, host, port, advertise, Optional.of(keys), takeover);
    }

    /** The same listener on another local address. */
    public Listener host(String localHost) {
        return new Listener(transport, localHost, port, advertise, tls, takeover);
    }

    /** The same listener, known to peers as {@code host} or {@code host:port}. */
    public Listener advertise(String hostPort) {
        return new Listener(transport, host, port, Optional.of(hostPort), tls, takeover);
    }

    /** The same listener, open while this host has its address. */
    public Listener whileHostHasIt() {
        return new Listener(transport, host, port, advertise, tls, true);
    }

    /** As logs write it, {@code udp 127.0.0.1:5060}. */
    @Override
    public String toString() {
        return transport.configName() + " " + host + ":" + port;
    }
}
