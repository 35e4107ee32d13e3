// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;

/** Shows applications requests that another node has forwarded as they came to that one. Thread-safe. */
final class ForwardedRequests implements HttpConfiguration.Customizer {
    static final String HEADER = "Trapezoid-Forwarded";

    private final byte[] secret;

    ForwardedRequests(String secret) {
        this.secret = secret.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Whether another node has forwarded it; it is not forwarded again. */
    static boolean isForwarded(Request request) {
        return Boolean.TRUE.equals(request.getAttribute(HEADER));
    }

    @Override
    public Request customize(Request request, HttpFields.Mutable responseHeaders) {
        String value = request.getHeaders().get(HEADER);
        if (value == null) {
            return request;
        }
        String[] parts = value.split(" ", -1);
        if (parts.length < 2 || !MessageDigest.isEqual(parts[0].getBytes(StandardCharsets.ISO_8859_1), secret)) {
            return request; // somebody else has made it up
        }
        request.setAttribute(HEADER, true);
        return new Forwarded(request, parts[1], parts.length < 4 ? Optional.empty() : peer(parts[2], parts[3]));
    }

    private static Optional<InetSocketAddress> peer(String address, String port) {
        try {
            return Optional.of(new InetSocketAddress(InetAddress.getByName(address), Integer.parseInt(port)));
        } catch (UnknownHostException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static final class Forwarded extends Request.Wrapper {
        private final boolean secure;
        private final HttpURI uri;
        private final HttpFields headers;
        private final ConnectionMetaData connection;

        Forwarded(Request request, String scheme, Optional<InetSocketAddress> peer) {
            super(request);
            secure = scheme.equals("https");
            uri = HttpURI.build(request.getHttpURI()).scheme(scheme).asImmutable();
            headers = HttpFields.build(request.getHeaders()).remove(HEADER).asImmutable();
            connection = new ConnectionMetaData.Wrapper(request.getConnectionMetaData()) {
                @Override
                public SocketAddress getRemoteSocketAddress() {
                    return peer.<SocketAddress>map(address -> address).orElseGet(super::getRemoteSocketAddress);
                }

                @Override
                public boolean isSecure() {
                    return secure;
                }
            };
        }

        @Override
        public boolean isSecure() {
            return secure;
        }

        @Override
        public HttpURI getHttpURI() {
            return uri;
        }

        @Override
        public HttpFields getHeaders() {
            return headers;
        }

        @Override
        public ConnectionMetaData getConnectionMetaData() {
            return connection;
        }
    }
}
