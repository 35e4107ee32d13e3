// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * One port of the HTTP server. It is bound first, so that its number is known, and opened when there is something to
 * serve; who connects meanwhile waits. Bound, opened and closed by one thread at a time.
 */
public final class HttpPort {
    private final Server server;
    private final ServerConnector connector;
    private final InetSocketAddress wanted;
    private final boolean secure;
    private volatile Optional<WebSocketTransport> webSocket = Optional.empty();

    HttpPort(Server server, ServerConnector connector, InetSocketAddress wanted, boolean secure) {
        this.server = server;
        this.connector = connector;
        this.wanted = wanted;
        this.secure = secure;
        connector.setHost(wanted.getAddress().getHostAddress());
        connector.setPort(wanted.getPort());
    }

    /** What is to be bound. */
    public InetSocketAddress wanted() {
        return wanted;
    }

    public boolean isSecure() {
        return secure;
    }

    /** What is bound, if it is. */
    public Optional<InetSocketAddress> bound() {
        int port = connector.getLocalPort();
        return port > 0 ? Optional.of(new InetSocketAddress(wanted.getAddress(), port)) : Optional.empty();
    }

    /** Binds the port, unless it is. */
    InetSocketAddress bind() throws IOException {
        try {
            connector.open();
        } catch (IOException e) {
            throw new IOException(
                    "the " + name() + " port " + connector.getHost() + ":" + wanted.getPort() + " did not open: "
                            + e.getMessage(),
                    e);
        }
        return bound().orElse(wanted);
    }

    private String name() {
        return secure ? "HTTPS" : "HTTP";
    }

    /** Begins to accept. */
    void open() throws IOException {
        bind();
        server.addConnector(connector);
        try {
            connector.start();
        } catch (Exception e) {
            throw new IOException("the " + name() + " port " + wanted + " did not open: " + e.getMessage(), e);
        }
    }

    /** Upgrade requests go to this transport. */
    void serve(WebSocketTransport transport) {
        webSocket = Optional.of(transport);
    }

    /** Takes an upgrade request of SIP over WebSocket that came to this port; false for any other request. */
    boolean upgrade(Request request, Response response, Callback callback, @Nullable HttpServletRequest servlet) {
        return webSocket.isPresent()
                && request.getConnectionMetaData().getConnector() == connector
                && webSocket.get().upgrade(request, response, callback, servlet);
    }

    /** Where SIP over WebSocket is spoken, below the root and below the path of each application. */
    Optional<String> webSocketPath() {
        return webSocket.map(transport -> transport.options().path());
    }

    /** Says good-bye to WebSocket clients and takes no new ones. */
    void close() {
        webSocket.ifPresent(WebSocketTransport::close);
        connector.close();
    }

    ServerConnector connector() {
        return connector;
    }
}
