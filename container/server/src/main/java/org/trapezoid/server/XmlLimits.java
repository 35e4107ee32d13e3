// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.parseDuration;
import static org.trapezoid.server.ConfigChecks.parseInt;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlAttribute;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The binding of {@code limits} in {@code trapezoid.xml}. Used by {@link XmlConfig} only. */
@XmlAccessorType(XmlAccessType.FIELD)
final class XmlLimits {

    @XmlAttribute(name = "datagram-bytes")
    @Nullable
    String datagramBytes;

    @XmlAttribute(name = "header-bytes")
    @Nullable
    String headerBytes;

    @XmlAttribute(name = "line-bytes")
    @Nullable
    String lineBytes;

    @XmlAttribute
    @Nullable
    String headers;

    @XmlAttribute
    @Nullable
    String vias;

    @XmlAttribute
    @Nullable
    String parameters;

    @XmlAttribute(name = "uri-bytes")
    @Nullable
    String uriBytes;

    @XmlAttribute(name = "body-bytes")
    @Nullable
    String bodyBytes;

    @XmlAttribute
    @Nullable
    String connections;

    @XmlAttribute(name = "connections-per-address")
    @Nullable
    String connectionsPerAddress;

    @XmlAttribute(name = "queued-messages")
    @Nullable
    String queuedMessages;

    @XmlAttribute(name = "queued-bytes")
    @Nullable
    String queuedBytes;

    @XmlAttribute(name = "handshake-timeout")
    @Nullable
    String handshakeTimeout;

    @XmlAttribute(name = "header-timeout")
    @Nullable
    String headerTimeout;

    @XmlAttribute(name = "body-timeout")
    @Nullable
    String bodyTimeout;

    @XmlAttribute(name = "first-message-timeout")
    @Nullable
    String firstMessageTimeout;

    @XmlAttribute(name = "idle-timeout")
    @Nullable
    String idleTimeout;

    @XmlAttribute
    @Nullable
    String transactions;

    @XmlAttribute(name = "queue-wait")
    @Nullable
    String queueWait;

    @XmlAttribute(name = "request-rate")
    @Nullable
    String requestRate;

    @XmlAttribute(name = "request-burst")
    @Nullable
    String requestBurst;

    /** What is not said is as usual. */
    PeerLimits limits() {
        return new PeerLimits(messages(), connections(), load());
    }

    private PeerLimits.Messages messages() {
        PeerLimits.Messages usual = PeerLimits.Messages.DEFAULT;
        return new PeerLimits.Messages(
                number(datagramBytes, usual.datagramBytes(), "datagram-bytes"),
                number(headerBytes, usual.headerBytes(), "header-bytes"),
                number(lineBytes, usual.lineBytes(), "line-bytes"),
                number(headers, usual.headers(), "headers"),
                number(vias, usual.vias(), "vias"),
                number(parameters, usual.parameters(), "parameters"),
                number(uriBytes, usual.uriBytes(), "uri-bytes"),
                number(bodyBytes, usual.bodyBytes(), "body-bytes"));
    }

    private PeerLimits.Connections connections() {
        PeerLimits.Connections usual = PeerLimits.Connections.DEFAULT;
        return new PeerLimits.Connections(
                number(connections, usual.total(), "connections"),
                number(connectionsPerAddress, usual.perAddress(), "connections-per-address"),
                number(queuedMessages, usual.queuedMessages(), "queued-messages"),
                number(queuedBytes, usual.queuedBytes(), "queued-bytes"),
                duration(handshakeTimeout, usual.handshakeTimeout(), "handshake-timeout"),
                duration(headerTimeout, usual.headerTimeout(), "header-timeout"),
                duration(bodyTimeout, usual.bodyTimeout(), "body-timeout"),
                duration(firstMessageTimeout, usual.firstMessageTimeout(), "first-message-timeout"),
                duration(idleTimeout, usual.idleTimeout(), "idle-timeout"));
    }

    private PeerLimits.Load load() {
        PeerLimits.Load usual = PeerLimits.Load.DEFAULT;
        return new PeerLimits.Load(
                number(transactions, usual.transactions(), "transactions"),
                duration(queueWait, usual.queueWait(), "queue-wait"),
                number(requestRate, usual.requestRate(), "request-rate"),
                number(requestBurst, usual.requestBurst(), "request-burst"));
    }

    private static int number(@Nullable String text, int usual, String what) {
        return text == null ? usual : parseInt(text, what);
    }

    private static Duration duration(@Nullable String text, Duration usual, String what) {
        return text == null ? usual : parseDuration(text, what);
    }
}
