// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import jakarta.servlet.http.HttpServletRequest;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.PreEncodedHttpField;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.Behavior;
import org.eclipse.jetty.websocket.core.ExtensionStack;
import org.eclipse.jetty.websocket.core.Negotiated;
import org.eclipse.jetty.websocket.core.WebSocketComponents;
import org.eclipse.jetty.websocket.core.WebSocketCoreSession;
import org.eclipse.jetty.websocket.core.util.WebSocketUtils;
import org.jspecify.annotations.Nullable;
import org.trapezoid.servlet.security.WebSocketOpening;
import org.trapezoid.sip.tls.TlsPeer;
import org.trapezoid.sip.transport.Protocol;

/**
 * The opening handshake of one port, RFC 6455 §4.2 and RFC 7118 §4. No extension is agreed on: compressed messages would
 * cost memory for each connection, and let a few bytes become many. Thread-safe.
 */
final class WebSocketHandshake {
    private static final String SUBPROTOCOL = "sip";
    private static final String VERSION = "13";
    private static final int KEY_LENGTH = 16;
    private static final HttpField UPGRADE_WEBSOCKET = new PreEncodedHttpField(HttpHeader.UPGRADE, "websocket");
    private static final HttpField CONNECTION_UPGRADE = new PreEncodedHttpField(HttpHeader.CONNECTION, "Upgrade");
    private static final HttpField PROTOCOL_SIP =
            new PreEncodedHttpField(HttpHeader.SEC_WEBSOCKET_SUBPROTOCOL, SUBPROTOCOL);

    private record Refusal(int status, String reason) {}

    private final WebSocketTransport transport;
    private final Connector connector;
    private final WebSocketComponents components;

    WebSocketHandshake(WebSocketTransport transport, Connector connector) {
        this.transport = transport;
        this.connector = connector;
        this.components =
                new WebSocketComponents(null, null, connector.getByteBufferPool(), null, null, connector.getExecutor());
    }

    /**
     * Answers an upgrade request to our path; false for any other request.
     *
     * @param servlet the same request as an application sees it; null: none does
     */
    boolean handle(Request request, Response response, Callback callback, @Nullable HttpServletRequest servlet) {
        if (!request.getHeaders().contains(HttpHeader.UPGRADE, "websocket")
                || !Request.getPathInContext(request).equals(transport.options().path())) {
            return false;
        }
        Optional<Refusal> refusal = refusal(request);
        if (refusal.isPresent()) {
            refuse(request, response, callback, refusal.get());
            return true;
        }
        ConnectionMetaData connection = request.getConnectionMetaData();
        Optional<WebSocketFlow> flow = transport.accepted(
                (InetSocketAddress) connection.getLocalSocketAddress(),
                (InetSocketAddress) connection.getRemoteSocketAddress(),
                tls(connection),
                opening(request, servlet));
        if (flow.isPresent()) {
            accept(request, response, callback, flow.get());
        } else {
            Response.writeError(request, response, callback, HttpStatus.SERVICE_UNAVAILABLE_503);
        }
        return true;
    }

    private WebSocketOpening opening(Request request, @Nullable HttpServletRequest servlet) {
        Map<String, String> kept = new HashMap<>();
        for (String name : transport.options().headers()) {
            String value = request.getHeaders().get(name);
            if (value != null) {
                kept.put(name.toLowerCase(Locale.ROOT), value);
            }
        }
        String url = HttpURI.build(request.getHttpURI())
                .scheme(transport.protocol() == Protocol.WSS ? "wss" : "ws")
                .asString();
        return servlet == null
                ? new WebSocketOpening(url, Optional.empty(), kept, Optional.empty())
                : new WebSocketOpening(url, Optional.ofNullable(servlet.getUserPrincipal()), kept, assigned(servlet));
    }

    private static Optional<WebSocketOpening.Assigned> assigned(HttpServletRequest servlet) {
        return servlet.getAttribute(WebSocketOpening.ASSIGNED) instanceof WebSocketOpening.Assigned given
                ? Optional.of(given)
                : Optional.empty();
    }

    /** Empty on a port without TLS. */
    private static Optional<TlsPeer> tls(ConnectionMetaData connection) {
        return Optional.ofNullable(connection.getConnection().getEndPoint().getSslSessionData())
                .map(EndPoint.SslSessionData::sslSession)
                .map(TlsPeer::of);
    }

    private Optional<Refusal> refusal(Request request) {
        HttpFields headers = request.getHeaders();
        ConnectionMetaData connection = request.getConnectionMetaData();
        if (!HttpMethod.GET.is(request.getMethod())
                || connection.getHttpVersion() != HttpVersion.HTTP_1_1
                || !headers.contains(HttpHeader.CONNECTION, "upgrade")
                || !(connection.getRemoteSocketAddress() instanceof InetSocketAddress peer)) {
            return bad("this is no upgrade request of HTTP/1.1");
        }
        if (!VERSION.equals(headers.get(HttpHeader.SEC_WEBSOCKET_VERSION))) {
            return Optional.of(new Refusal(HttpStatus.UPGRADE_REQUIRED_426, "WebSocket version 13 is spoken here"));
        }
        if (!isKey(headers.get(HttpHeader.SEC_WEBSOCKET_KEY))) {
            return bad("Sec-WebSocket-Key is no base64 text of 16 bytes");
        }
        if (!headers.getCSV(HttpHeader.SEC_WEBSOCKET_SUBPROTOCOL, false).contains(SUBPROTOCOL)) {
            return bad("subprotocol sip is not offered"); // RFC 7118 §4.1
        }
        String origin = headers.get(HttpHeader.ORIGIN);
        if (origin != null
                && !transport.options().origins().allows(origin, Request.getServerName(request), peer.getAddress())) {
            transport.refused(peer, "pages of its origin are not allowed to connect");
            return Optional.of(new Refusal(HttpStatus.FORBIDDEN_403, "pages of this origin may not connect"));
        }
        return Optional.empty();
    }

    private static Optional<Refusal> bad(String reason) {
        return Optional.of(new Refusal(HttpStatus.BAD_REQUEST_400, reason));
    }

    private static boolean isKey(@Nullable String key) {
        try {
            return key != null && Base64.getDecoder().decode(key.trim()).length == KEY_LENGTH;
        } catch (IllegalArgumentException notBase64) {
            return false;
        }
    }

    private static void refuse(Request request, Response response, Callback callback, Refusal refusal) {
        if (refusal.status() == HttpStatus.UPGRADE_REQUIRED_426) {
            response.getHeaders().put(HttpHeader.SEC_WEBSOCKET_VERSION, VERSION);
        }
        Response.writeError(request, response, callback, refusal.status(), refusal.reason());
    }

    private void accept(Request request, Response response, Callback callback, WebSocketFlow flow) {
        EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
        ExtensionStack extensions = new ExtensionStack(components, Behavior.SERVER);
        extensions.negotiate(List.of(), List.of());
        Negotiated negotiated = new Negotiated(
                URI.create(transport.options().path()), SUBPROTOCOL, request.isSecure(), extensions, VERSION);
        WebSocketReader reader = new WebSocketReader(transport, flow, connector.getExecutor());
        WebSocketCoreSession session = new WebSocketCoreSession(reader, Behavior.SERVER, negotiated, components);
        session.setMaxFrameSize(0); // frames are handed on as they arrive, and messages limited
        session.setInputBufferSize(WebSocketReader.BUFFER_SIZE);
        session.setIdleTimeout(transport.options().streams().idle());
        WebSocketReading connection = new WebSocketReading(endPoint, connector, session, reader);
        session.setWebSocketConnection(connection);
        request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, connection);

        HttpFields.Mutable headers = response.getHeaders();
        response.setStatus(HttpStatus.SWITCHING_PROTOCOLS_101);
        headers.put(UPGRADE_WEBSOCKET);
        headers.put(CONNECTION_UPGRADE);
        headers.put(PROTOCOL_SIP);
        headers.put(
                HttpHeader.SEC_WEBSOCKET_ACCEPT,
                WebSocketUtils.hashKey(
                        request.getHeaders().get(HttpHeader.SEC_WEBSOCKET_KEY).trim()));
        response.write(true, null, Callback.from(callback::succeeded, failure -> {
            flow.broken(failure);
            callback.failed(failure);
        }));
    }
}
