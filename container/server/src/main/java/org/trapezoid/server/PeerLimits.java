// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server;

import static org.trapezoid.server.ConfigChecks.requirePositive;
import static org.trapezoid.server.ConfigChecks.requireRange;

import java.time.Duration;

/**
 * What peers may ask for; beyond it they are refused. Immutable.
 *
 * <pre>{@code
 * PeerLimits strict = PeerLimits.DEFAULT.with(PeerLimits.Load.DEFAULT.withRequestRate(50, 200));
 * }</pre>
 *
 * @param messages how much of a message is read
 * @param connections how many stream connections there may be, and how long they may wait
 * @param load how many requests are taken
 */
public record PeerLimits(Messages messages, Connections connections, Load load) {

    /** Far above what any real peer sends. */
    public static final PeerLimits DEFAULT = new PeerLimits(Messages.DEFAULT, Connections.DEFAULT, Load.DEFAULT);

    /** The same with other sizes of messages. */
    public PeerLimits with(Messages sizes) {
        return new PeerLimits(sizes, connections, load);
    }

    /** The same with other limits of connections. */
    public PeerLimits with(Connections streams) {
        return new PeerLimits(messages, streams, load);
    }

    /** The same with other limits of requests. */
    public PeerLimits with(Load requests) {
        return new PeerLimits(messages, connections, requests);
    }

    /**
     * How much of a message is read. Lengths are bytes.
     *
     * @param datagramBytes longest UDP datagram
     * @param headerBytes longest header block
     * @param lineBytes longest header field with its continuation lines, and longest start line
     * @param headers most header fields
     * @param vias most Via values
     * @param parameters most parameters in one of the header fields that a server reads
     * @param uriBytes longest Request-URI
     * @param bodyBytes longest body
     */
    public record Messages(
            int datagramBytes,
            int headerBytes,
            int lineBytes,
            int headers,
            int vias,
            int parameters,
            int uriBytes,
            int bodyBytes) {
        /** Far above what any real peer sends. */
        public static final Messages DEFAULT = new Messages(65_535, 64 << 10, 8 << 10, 512, 70, 64, 4 << 10, 1 << 20);

        private static final int MOST_BYTES = 1 << 30;
        private static final int MOST_FIELDS = 1 << 16;

        public Messages {
            requireRange(datagramBytes, 1 << 10, 65_535, "datagram-bytes");
            requireRange(headerBytes, 1 << 10, 1 << 20, "header-bytes");
            requireRange(lineBytes, 256, 1 << 20, "line-bytes");
            requireRange(headers, 10, MOST_FIELDS, "headers");
            requireRange(vias, 1, MOST_FIELDS, "vias");
            requireRange(parameters, 1, MOST_FIELDS, "parameters");
            requireRange(uriBytes, 64, 1 << 20, "uri-bytes");
            requireRange(bodyBytes, 1 << 10, MOST_BYTES, "body-bytes");
        }
    }

    /**
     * How many stream connections there may be, and how long they may wait.
     *
     * @param total accepted ones, per listener
     * @param perAddress of these from one address
     * @param queuedMessages most messages that wait for a peer to read; one more ends the connection
     * @param queuedBytes the same in bytes
     * @param handshakeTimeout from the start of a TLS handshake to its end
     * @param headerTimeout from the first byte of a message to the end of its header block
     * @param bodyTimeout from there to the end of the message
     * @param firstMessageTimeout how long an accepted connection may last without any message
     * @param idleTimeout how long a connection may last without traffic
     */
    public record Connections(
            int total,
            int perAddress,
            int queuedMessages,
            int queuedBytes,
            Duration handshakeTimeout,
            Duration headerTimeout,
            Duration bodyTimeout,
            Duration firstMessageTimeout,
            Duration idleTimeout) {
        /** The idle timeout is above the usual registration of an hour. */
        public static final Connections DEFAULT = new Connections(
                20_000,
                200,
                1024,
                8 << 20,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(3700));

        public Connections {
            requireRange(total, 1, Integer.MAX_VALUE, "connections");
            requireRange(perAddress, 1, Integer.MAX_VALUE, "connections-per-address");
            requireRange(queuedMessages, 1, 1 << 20, "queued-messages");
            requireRange(queuedBytes, 1 << 16, 1 << 30, "queued-bytes");
            requirePositive(handshakeTimeout, "handshake-timeout");
            requirePositive(headerTimeout, "header-timeout");
            requirePositive(bodyTimeout, "body-timeout");
            requirePositive(firstMessageTimeout, "first-message-timeout");
            requirePositive(idleTimeout, "idle-timeout");
        }
    }

    /**
     * How many requests are taken; what is too much is answered 503 with Retry-After, without state. ACK, CANCEL, BYE and
     * responses always pass.
     *
     * @param transactions most server transactions without a final response at one time, and five times as many with those that
     *     only wait for retransmissions
     * @param queueWait how long work may wait for a thread before new INVITE and REGISTER are refused; 0: as long as it likes
     * @param requestRate requests a second from one source address; 0: any number
     * @param requestBurst how many of them may come at once
     */
    public record Load(int transactions, Duration queueWait, int requestRate, int requestBurst) {
        /** Without a limit per source, which would hit trunks and proxies. */
        public static final Load DEFAULT = new Load(200_000, Duration.ofMillis(100), 0, 100);

        private static final int MOST_REQUESTS = 1_000_000;

        public Load {
            requireRange(transactions, 1, Integer.MAX_VALUE, "transactions");
            if (queueWait.isNegative()) {
                throw new IllegalArgumentException("queue-wait is negative; expected 0 or more");
            }
            requireRange(requestRate, 0, MOST_REQUESTS, "request-rate");
            requireRange(requestBurst, 1, MOST_REQUESTS, "request-burst");
        }

        /** The same with a limit for each source address. */
        public Load withRequestRate(int perSecond, int burst) {
            return new Load(transactions, queueWait, perSecond, burst);
        }
    }
}
