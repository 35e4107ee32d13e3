// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.time.Duration;

/**
 * Settings of a stream listener. Immutable.
 *
 * @param maxConnections accepted ones open at a time
 * @param maxPerAddress accepted ones open at a time from one address
 * @param headerDeadline from the first byte of a message to the end of its header
 * @param bodyDeadline from there to the last byte of the message
 * @param silence how long an accepted connection may last without any message
 * @param idle how long a connection may last without traffic
 * @param handshake how long the TLS handshake may take
 * @param linger how long a closed connection may take to flush
 * @param maxQueued messages waiting to be written; one more fails the connection
 * @param maxQueuedBytes the same in bytes
 */
public record StreamOptions(
        int maxConnections,
        int maxPerAddress,
        Duration headerDeadline,
        Duration bodyDeadline,
        Duration silence,
        Duration idle,
        Duration handshake,
        Duration linger,
        int maxQueued,
        int maxQueuedBytes) {

    public static final StreamOptions DEFAULT = new StreamOptions(
            20_000,
            200,
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60),
            Duration.ofSeconds(3700),
            Duration.ofSeconds(10),
            Duration.ofSeconds(2),
            1024,
            8 << 20);

    public StreamOptions withConnections(int total, int perAddress) {
        return new StreamOptions(
                total,
                perAddress,
                headerDeadline,
                bodyDeadline,
                silence,
                idle,
                handshake,
                linger,
                maxQueued,
                maxQueuedBytes);
    }

    public StreamOptions withDeadlines(Duration header, Duration body) {
        return new StreamOptions(
                maxConnections,
                maxPerAddress,
                header,
                body,
                silence,
                idle,
                handshake,
                linger,
                maxQueued,
                maxQueuedBytes);
    }

    public StreamOptions withIdle(Duration newSilence, Duration newIdle) {
        return new StreamOptions(
                maxConnections,
                maxPerAddress,
                headerDeadline,
                bodyDeadline,
                newSilence,
                newIdle,
                handshake,
                linger,
                maxQueued,
                maxQueuedBytes);
    }

    public StreamOptions withHandshake(Duration longest) {
        return new StreamOptions(
                maxConnections,
                maxPerAddress,
                headerDeadline,
                bodyDeadline,
                silence,
                idle,
                longest,
                linger,
                maxQueued,
                maxQueuedBytes);
    }

    public StreamOptions withQueue(int messages, int bytes) {
        return new StreamOptions(
                maxConnections,
                maxPerAddress,
                headerDeadline,
                bodyDeadline,
                silence,
                idle,
                handshake,
                linger,
                messages,
                bytes);
    }
}
