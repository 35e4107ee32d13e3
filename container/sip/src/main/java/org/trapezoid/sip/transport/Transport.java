// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;

/** One listening point and the flows that belong to it, RFC 3261 §18. Thread-safe. */
public interface Transport extends AutoCloseable {

    /** The listening point; its port is the bound one once started. */
    Listener listener();

    /** Binds and begins to receive. */
    void start(FlowHandler handler) throws IOException;

    /** The open flow to a peer, else a new one that connects when it must; never blocks. */
    Flow flowTo(InetSocketAddress peer);

    /**
     * The same to the server of a domain. Over TLS the peer must prove that it is one (RFC 5922 §7.3), and only a connection
     * on which it did so is used again.
     *
     * @param domain empty: the peer is known by its address
     */
    default Flow flowTo(InetSocketAddress peer, String domain) {
        return flowTo(peer);
    }

    /** The flow to a peer if there is one now; over UDP there always is. */
    Optional<Flow> openFlow(InetSocketAddress peer);

    @Override
    void close();
}
