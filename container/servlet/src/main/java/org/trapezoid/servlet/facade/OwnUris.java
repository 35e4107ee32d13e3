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
            return protocol.isPresent() && transports.isOwn(uri.hostPort(), protocol.get());
        }
        if (uri.secure()) {
            return transports.isOwn(uri.hostPort(), Protocol.TLS);
        }
        return transports.isOwn(uri.hostPort(), Protocol.UDP) || transports.isOwn(uri.hostPort(), Protocol.TCP);
    }
}
