// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.io.ssl.SslHandshakeListener;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.tls.TlsPeer;

/**
 * The securing of one connection: TLS below it, and the proof that a peer we connect to serves the domain we mean, RFC 5922
 * §7.3. Confined to the thread that reads the connection; the listener may be called on another that writes.
 */
final class TlsHandshake implements SslHandshakeListener {
    private final SslConnection connection;
    private volatile boolean succeeded;

    TlsHandshake(TlsContext tls, StreamFlow flow, EndPoint plain, Executor executor, ByteBufferPool buffers) {
        if (flow.isAccepted()) {
            connection = new SslConnection(buffers, executor, tls.server(), plain, tls.accepting());
        } else {
            InetSocketAddress peer = flow.peer();
            SSLEngine engine = tls.connecting(flow.domain(), peer.getAddress().getHostAddress(), peer.getPort());
            connection = new SslConnection(buffers, executor, tls.client(), plain, engine);
        }
        connection.setRenegotiationAllowed(false);
        connection.addHandshakeListener(this);
    }

    /** What carries the encrypted bytes; {@link #endPoint} carries the plain ones. */
    SslConnection connection() {
        return connection;
    }

    EndPoint endPoint() {
        return connection.getSslEndPoint();
    }

    /** Called by Jetty in the midst of reading or writing: what follows from it waits until that is done. */
    @Override
    public void handshakeSucceeded(Event event) {
        succeeded = true;
    }

    /** It goes on as the connection is read. */
    void begin() throws SSLException {
        connection.getSSLEngine().beginHandshake();
    }

    boolean isDone() {
        return succeeded;
    }

    /** Who the peer is; it must be the one that a connection was made to. */
    TlsPeer peerOf(StreamFlow flow) throws SSLException {
        TlsPeer peer = TlsPeer.of(connection.getSSLEngine().getSession());
        if (!flow.isAccepted() && !peer.isServer(flow.domain(), flow.peer().getAddress())) {
            String expected = flow.domain().isEmpty() ? flow.peer().getAddress().getHostAddress() : flow.domain();
            throw new SSLPeerUnverifiedException(
                    "the certificate of " + flow.peer() + " is for " + peer.domains() + ", not for " + expected);
        }
        return peer;
    }
}
