// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Optional;
import java.util.function.BiPredicate;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.TransportLayer;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SipUri;

/** Whether a URI leads to this server: host, port and transport all have to be one of our listeners'. */
public final class OwnUris {

    private OwnUris() {}

    /** The same without the other nodes of a cluster. */
    public static boolean isOfThisNode(TransportLayer transports, SipUri uri) {
        return isOwn(transports::isOfThisNode, uri);
    }

    public static boolean isOwn(TransportLayer transports, SipUri uri) {
        return isOwn(transports::isOwn, uri);
    }

    private static boolean isOwn(BiPredicate<HostPort, Protocol> own, SipUri uri) {
        Optional<String> transport = uri.transport();
        if (transport.isPresent()) {
            Optional<Protocol> protocol = Protocol.of(transport.get());
            return protocol.isPresent() && isOwn(own, uri, protocol.get());
        }
        if (uri.secure()) {
            return own.test(uri.hostPort(), Protocol.TLS);
        }
        return own.test(uri.hostPort(), Protocol.UDP) || own.test(uri.hostPort(), Protocol.TCP);
    }

    /** {@code ws} without sips says nothing of TLS, RFC 7118 §5.2. */
    private static boolean isOwn(BiPredicate<HostPort, Protocol> own, SipUri uri, Protocol named) {
        if (uri.secure()) {
            return own.test(uri.hostPort(), secured(named));
        }
        return own.test(uri.hostPort(), named) || (named == Protocol.WS && own.test(uri.hostPort(), Protocol.WSS));
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
