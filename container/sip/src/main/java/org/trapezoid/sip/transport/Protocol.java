// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.util.Optional;

/** A transport protocol as Via, {@code transport=} and listeners name it, RFC 3261 §18, RFC 7118. Immutable. */
public enum Protocol {
    UDP("udp", 5060, false, false),
    TCP("tcp", 5060, true, false),
    TLS("tls", 5061, true, true),
    WS("ws", 80, true, false),
    WSS("ws", 443, true, true);

    private static final Protocol[] ALL = values();

    private final String parameter;
    private final int defaultPort;
    private final boolean reliable;
    private final boolean secure;

    Protocol(String parameter, int defaultPort, boolean reliable, boolean secure) {
        this.parameter = parameter;
        this.defaultPort = defaultPort;
        this.reliable = reliable;
        this.secure = secure;
    }

    /**
     * The protocol of a Via transport or a {@code transport} parameter, in any case; empty for one we do not speak. A parameter
     * {@code ws} may mean WSS.
     */
    public static Optional<Protocol> of(String name) {
        for (Protocol protocol : ALL) {
            if (protocol.name().equalsIgnoreCase(name)) {
                return Optional.of(protocol);
            }
        }
        return Optional.empty();
    }

    public boolean isReliable() {
        return reliable;
    }

    public boolean isSecure() {
        return secure;
    }

    /** Whether only clients open connections, RFC 7118 §5. */
    public boolean isWebSocket() {
        return this == WS || this == WSS;
    }

    /** RFC 3261 §18.1.1, RFC 7118 §5.5. */
    public int defaultPort() {
        return defaultPort;
    }

    /** As a Via field writes it: {@code SIP/2.0/UDP}. */
    public String viaName() {
        return name();
    }

    /** As a {@code transport} URI parameter writes it. RFC 7118 §5.2 knows no other for WSS than for WS. */
    public String parameter() {
        return parameter;
    }
}
