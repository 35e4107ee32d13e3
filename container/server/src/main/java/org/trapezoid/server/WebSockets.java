// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.trapezoid.http.HttpPort;
import org.trapezoid.http.HttpServer;
import org.trapezoid.http.OriginPolicy;
import org.trapezoid.http.WebSocketOptions;
import org.trapezoid.http.WebSocketTransport;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.transport.Binding;
import org.trapezoid.sip.transport.StackThreads;
import org.trapezoid.sip.transport.StreamOptions;
import org.trapezoid.sip.transport.Transport;
import org.trapezoid.sip.uri.HostPort;

/** SIP over WebSocket on the ports of the HTTP server: WS, and WSS where there is TLS (RFC 7118). Immutable. */
final class WebSockets implements SipStack.FurtherTransports {
    private final Optional<HttpConfig> config;
    private final HttpServer http;
    private final Optional<TlsContext> keys;

    WebSockets(ServerConfig config, HttpServer http, Optional<TlsContext> keys) {
        this.config = config.http();
        this.http = http;
        this.keys = keys;
    }

    @Override
    public List<Transport> make(Limits limits, StreamOptions streams, StackThreads threads) {
        Optional<HttpConfig.WebSocket> settings = config.flatMap(HttpConfig::webSocket);
        List<Transport> made = new ArrayList<>();
        if (settings.isPresent()) {
            HttpConfig.WebSocket webSocket = settings.get();
            WebSocketOptions options = new WebSocketOptions(
                    webSocket.path(),
                    new OriginPolicy(webSocket.origins()),
                    webSocket.ping(),
                    webSocket.headers(),
                    streams);
            for (HttpPort port : http.ports()) {
                made.add(new WebSocketTransport(port, binding(port.wanted()), options, limits, threads));
            }
        }
        return made;
    }

    private Binding binding(InetSocketAddress address) {
        return config.flatMap(HttpConfig::advertise)
                .map(host -> new Binding(address, new HostPort(host, HostPort.NO_PORT)))
                .orElseGet(() -> Binding.of(address));
    }

    @Override
    public List<TlsContext> keys() {
        return keys.stream().toList();
    }
}
