// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.uri.SipUri;

/** Whether a URI leads to this server: host, port and transport all have to be one of our listeners'. */
public final class OwnUris {

    private OwnUris() {}

    public static boolean isOwn(TransportLayer transports, SipUri uri) {
        Optional<String> transport = uri.transport();
        if (transport.isPresent()) {
            Optional<Protocol> protocol = Protocol.of(transport.get());
            return protocol.isPresent() && isOwn(transports, uri, protocol.get());
        }
        if (uri.secure()) {
            return transports.isOwn(uri.hostPort(), Protocol.TLS);
        }
        return transports.isOwn(uri.hostPort(), Protocol.UDP) || transports.isOwn(uri.hostPort(), Protocol.TCP);
    }

    /** {@code ws} without sips says nothing of TLS, RFC 7118 §5.2. */
    private static boolean isOwn(TransportLayer transports, SipUri uri, Protocol named) {
        if (uri.secure()) {
            return transports.isOwn(uri.hostPort(), secured(named));
        }
        return transports.isOwn(uri.hostPort(), named)
                || (named == Protocol.WS && transports.isOwn(uri.hostPort(), Protocol.WSS));
    }

    /** What a SIPS URI means by a transport, RFC 3261 §26.2.2, RFC 7118 §5.2. */
    private static Protocol secured(Protocol protocol) {
        return switch (protocol) {
            case TCP -> Protocol.TLS;
            case WS -> Protocol.WSS;
            case UDP, TLS, WSS -> protocol;
        };
    }
}
