// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.function.Consumer;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.tls.TlsPeer;

/**
 * Where messages of one peer come from and go to: over UDP one per remote address, over streams one per connection
 * (RFC 5626 §2). Thread-safe.
 */
public interface Flow {

    /**
     * Sends, or queues behind earlier messages; never waits for the peer.
     *
     * @param onFailure called at most once, on another stack than this call's, when the message is known not to have
     *     left; silence means nothing
     */
    void send(Message message, Consumer<IOException> onFailure);

    Protocol protocol();

    default boolean isReliable() {
        return protocol().isReliable();
    }

    Listener listener();

    /** The address of this end. */
    InetSocketAddress local();

    /** The address of the other end. */
    InetSocketAddress peer();

    /** Tells a connection from every other one of the same addresses; 0 over UDP. */
    long serial();

    /** What the TLS handshake told of the peer; empty without TLS, and before the handshake is done. */
    default Optional<TlsPeer> tls() {
        return Optional.empty();
    }

    /**
     * Sends two line ends, which a peer passes over (RFC 3261 §7.5) and a NAT on the way sees; nobody answers them, unless the peer
     * takes them for a ping (RFC 5626 §4.4.1). Does nothing where the transport has a keep-alive of its own.
     */
    default void keepAlive() {}

    /** Whether a message may still leave; a connection being set up is open. */
    boolean isOpen();

    /**
     * Whether what is sent on it leaves this server by the network. Otherwise it goes to another application or another node, which knows
     * what to do with a response, whatever its Via says.
     */
    default boolean leavesHere() {
        return true;
    }

    /** Whether what comes by it came to this node first, and was not relayed by another one of its cluster. */
    default boolean isOfThisNode() {
        return true;
    }

    /** Closes a connection when what is queued has left; has no effect over UDP. */
    void close();
}
