// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.requireAddressRange;
import static org.trapezoid.server.ConfigChecks.requireHeaderName;
import static org.trapezoid.server.ConfigChecks.requireHost;
import static org.trapezoid.server.ConfigChecks.requireOrigin;
import static org.trapezoid.server.ConfigChecks.requirePath;
import static org.trapezoid.server.ConfigChecks.requirePort;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The HTTP side.
 *
 * <pre>{@code
 * new HttpConfig("192.0.2.10", 8080).https(8443, Tls.keyStore(Path.of("conf/server.p12"), password))
 * }</pre>
 *
 * @param host the local address or name to bind
 * @param port the local port; 0 takes a free one; empty: HTTP is spoken on the port with TLS alone
 * @param advertise the host that goes into Via and Record-Route of WebSocket clients; empty: the bound address
 * @param webSocket SIP over WebSocket on these ports; empty: it is not spoken
 * @param secure the port with TLS; empty: there is none
 * @param metricsFrom addresses and ranges that may read {@code /metrics}; none: nobody may
 */
public record HttpConfig(
        String host,
        OptionalInt port,
        Optional<String> advertise,
        Optional<WebSocket> webSocket,
        Optional<Https> secure,
        List<String> metricsFrom) {
    /** Those of this host. */
    public static final List<String> LOOPBACK = List.of("127.0.0.0/8", "::1");

    public HttpConfig {
        requireHost(host, "host of http");
        if (port.isPresent()) {
            requirePort(port.getAsInt(), "port of http");
        } else if (secure.isEmpty()) {
            throw new IllegalArgumentException("http has no port; expected port, or tls-port with keys");
        }
        if (secure.isPresent() && port.equals(OptionalInt.of(secure.get().port())) && port.getAsInt() != 0) {
            throw new IllegalArgumentException("port and tls-port of http are both " + port.getAsInt());
        }
        advertise.ifPresent(name -> requireHost(name, "advertise of http"));
        metricsFrom = List.copyOf(metricsFrom);
        metricsFrom.forEach(range -> requireAddressRange(range, "metrics-from of http"));
    }

    /** An HTTP port with SIP over WebSocket as usual. */
    public HttpConfig(String host, int port) {
        this(host, OptionalInt.of(port), Optional.empty(), Optional.of(WebSocket.DEFAULT), Optional.empty(), LOOPBACK);
    }

    /** The same with a port for HTTPS and WSS. */
    public HttpConfig https(int tlsPort, Tls keys) {
        return new HttpConfig(host, port, advertise, webSocket, Optional.of(new Https(tlsPort, keys)), metricsFrom);
    }

    /** The same without the port that has no TLS. */
    public HttpConfig httpsOnly() {
        return new HttpConfig(host, OptionalInt.empty(), advertise, webSocket, secure, metricsFrom);
    }

    /** The same with {@code /metrics} for these addresses and ranges, such as {@code 10.0.0.0/8}. */
    public HttpConfig metricsFrom(List<String> readers) {
        return new HttpConfig(host, port, advertise, webSocket, secure, readers);
    }

    /**
     * A port with TLS, for HTTPS and for SIP over WebSocket as WSS.
     *
     * @param port the local port; 0 takes a free one
     * @param tls who this server is
     */
    public record Https(int port, Tls tls) {
        /** The port when there are keys and none is named. */
        public static final int DEFAULT_PORT = 8443;

        public Https {
            requirePort(port, "tls-port of http");
        }
    }

    /**
     * SIP over WebSocket, RFC 7118.
     *
     * @param path the path of the upgrade request; begins with a slash
     * @param origins the origins of pages that may connect, such as {@code https://www.example.com}; {@code *} stands for
     *     any; empty: pages of the host they connect to
     * @param ping how long a client may be silent before it is asked whether it is still there; zero asks nobody
     * @param headers names of the header fields of the upgrade request that applications may see (JSR 359 §13.2.1)
     */
    public record WebSocket(String path, List<String> origins, Duration ping, List<String> headers) {
        /** At the root, for pages of the same host. */
        public static final WebSocket DEFAULT = new WebSocket("/", List.of(), Duration.ofSeconds(30));

        /** Of whose upgrade requests nothing is kept. */
        public WebSocket(String path, List<String> origins, Duration ping) {
            this(path, origins, ping, List.of());
        }

        public WebSocket {
            origins = List.copyOf(origins);
            headers = List.copyOf(headers);
            headers.forEach(header -> requireHeaderName(header, "websocket-headers"));
            requirePath(path, "websocket-path");
            origins.forEach(origin -> requireOrigin(origin, "websocket-origins"));
            if (ping.isNegative()) {
                throw new IllegalArgumentException("websocket-ping is negative; expected 0 or more");
            }
        }
    }
}
