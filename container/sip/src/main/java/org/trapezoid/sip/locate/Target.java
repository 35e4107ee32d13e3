// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.util.Locale;
import java.util.Optional;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.uri.HostPort;
import org.trapezoid.sip.uri.SipUri;

/**
 * What the next hop's URI says about the server, RFC 3263 §4. Immutable.
 *
 * @param host name or address
 * @param port {@link HostPort#NO_PORT} when the URI has none
 * @param named the transport that the URI names, made secure where it must be
 * @param domain whom the server must be able to prove to be
 */
record Target(String host, int port, Optional<Protocol> named, boolean secure, String domain) {

    /** Empty for a URI that asks for what we do not speak. */
    static Optional<Target> of(SipUri uri, boolean secure, String domain) {
        String host = uri.maddr().orElse(uri.host());
        Optional<String> transport = uri.transport();
        if (transport.isEmpty()) {
            return Optional.of(new Target(host, uri.port(), Optional.empty(), secure, domain));
        }
        return Protocol.of(transport.get().toUpperCase(Locale.ROOT))
                .flatMap(protocol -> secure ? secured(protocol) : Optional.of(protocol))
                .map(protocol -> new Target(host, uri.port(), Optional.of(protocol), secure, domain));
    }

    private static Optional<Protocol> secured(Protocol protocol) {
        return switch (protocol) {
            case UDP -> Optional.empty(); // DTLS is not spoken
            case TCP, TLS -> Optional.of(Protocol.TLS);
            case WS, WSS -> Optional.of(Protocol.WSS);
        };
    }

    /** RFC 3263 §4.1: where nothing else chooses it, UDP, and TLS for sips. */
    Protocol protocol() {
        return named.orElse(secure ? Protocol.TLS : Protocol.UDP);
    }

    boolean hasPort() {
        return port != HostPort.NO_PORT;
    }
}
