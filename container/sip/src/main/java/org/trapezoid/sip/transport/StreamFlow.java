// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.header.Via;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.tls.TlsContext;
import org.trapezoid.sip.tls.TlsPeer;

/**
 * One connection, accepted or made by us, from the moment it is wanted to its end, RFC 3261 §18, RFC 5626 §2.
 * Thread-safe.
 */
final class StreamFlow implements Flow {
    private static final Logger log = LoggerFactory.getLogger(StreamFlow.class);
    private static final long NEVER = 0;

    enum State {
        /** Or in the TLS handshake. */
        CONNECTING,
        OPEN,
        /** Takes nothing more, writes what it has. */
        CLOSING,
        CLOSED
    }

    private final StreamTransport transport;
    private final InetSocketAddress peer;
    private final String domain;
    private final boolean accepted;
    private final StreamWriter writer;
    private final AtomicReference<State> state = new AtomicReference<>(State.CONNECTING);
    private final long since;
    private volatile InetSocketAddress local;
    private volatile @Nullable EndPoint endPoint;
    private volatile @Nullable TlsPeer tls;
    private volatile long connectedSince;
    private volatile long closingSince;
    private volatile long messageSince = NEVER;
    private volatile boolean inBody;
    private volatile boolean silent = true;
    private volatile List<Object> aliases = List.of();
    private boolean aliasable; // reader thread only

    private StreamFlow(StreamTransport transport, InetSocketAddress peer, String domain, boolean accepted) {
        this.transport = transport;
        this.peer = peer;
        this.domain = domain;
        this.accepted = accepted;
        this.local = transport.listener().bound();
        this.since = transport.nanoTime();
        this.writer = new StreamWriter(transport.buffers(), transport.options(), this::broken);
    }

    /** One that a peer made. */
    static StreamFlow accepted(StreamTransport transport, InetSocketAddress peer) {
        return new StreamFlow(transport, peer, "", true);
    }

    /** One to make, to the server of a domain, or with an empty one to an address. */
    static StreamFlow wanted(StreamTransport transport, InetSocketAddress peer, String domain) {
        return new StreamFlow(transport, peer, domain, false);
    }

    boolean isAccepted() {
        return accepted;
    }

    /** What the peer must prove to serve; empty: nothing, or its address. */
    String domain() {
        return domain;
    }

    @Override
    public void send(Message message, Consumer<IOException> onFailure) {
        switch (writer.offer(message, onFailure)) {
            case QUEUED -> {}
            case FULL -> {
                IOException full = new IOException("write queue to " + peer + " is full, the peer does not read");
                transport.tell(List.of(onFailure), full);
                end(full);
            }
            case CLOSED -> transport.tell(List.of(onFailure), new IOException("connection to " + peer + " is closed"));
        }
    }

    /** Under what else it is known. */
    List<Object> aliases() {
        return aliases;
    }

    void aliases(List<Object> keys) {
        aliases = keys;
    }

    Connection connection(EndPoint connected, Executor executor, ByteBufferPool pool) {
        Optional<TlsContext> secure = transport.tls();
        if (secure.isEmpty()) {
            return new StreamConnection(connected, executor, transport, this);
        }
        TlsHandshake handshake = new TlsHandshake(secure.get(), this, connected, executor, pool);
        handshake
                .connection()
                .getSslEndPoint()
                .setConnection(new StreamConnection(handshake, executor, transport, this));
        return handshake.connection();
    }

    void pong() {
        writer.lineEnds(1);
    }

    @Override
    public void keepAlive() {
        writer.lineEnds(2);
    }

    @Override
    public Protocol protocol() {
        return transport.listener().protocol();
    }

    @Override
    public Listener listener() {
        return transport.listener();
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public InetSocketAddress peer() {
        return peer;
    }

    @Override
    public long serial() {
        return since;
    }

    @Override
    public Optional<TlsPeer> tls() {
        return Optional.ofNullable(tls);
    }

    @Override
    public boolean isOpen() {
        State now = state.get();
        return now == State.OPEN || now == State.CONNECTING;
    }

    @Override
    public void close() {
        closingSince = transport.nanoTime();
        if (state.compareAndSet(State.OPEN, State.CLOSING) || state.compareAndSet(State.CONNECTING, State.CLOSING)) {
            transport.forget(this);
            writer.finish();
        }
    }

    /** The connection is there, though perhaps not secured yet. */
    void connected(EndPoint connected) {
        connectedSince = transport.nanoTime();
        endPoint = connected;
        if (connected.getLocalSocketAddress() instanceof InetSocketAddress address) {
            local = address;
        }
        if (state.get() == State.CLOSED) {
            connected.close();
        }
    }

    /** The TLS handshake is done. Reader thread only. */
    void secured(TlsPeer proven) {
        tls = proven;
        aliasable = accepted && !proven.domains().isEmpty();
    }

    /** Messages may pass. */
    void opened() {
        EndPoint connected = Objects.requireNonNull(endPoint, "connected first");
        state.compareAndSet(State.CONNECTING, State.OPEN);
        if (state.get() == State.CLOSED) {
            connected.close();
        } else {
            writer.open(connected);
        }
    }

    /** A part of a message is there, or only whole ones; header and body have a deadline each. Reader thread only. */
    void waitingFor(boolean partOfMessage, boolean body) {
        if (!partOfMessage) {
            messageSince = NEVER;
        } else if (messageSince == NEVER || body != inBody) {
            messageSince = transport.nanoTime() | 1;
        }
        inBody = body;
    }

    void received(ParseResult result) {
        silent &= !(result instanceof ParseResult.Parsed);
        messageSince = NEVER;
        if (aliasable && result instanceof ParseResult.Parsed parsed && parsed.message() instanceof Request request) {
            offered(request.topVia());
        }
    }

    /** RFC 5923 §5: a peer that proved its domains lets us send requests for them to its sent-by over this connection. */
    private void offered(Via via) {
        TlsPeer proven = tls;
        if (proven != null && via.parameters().has("alias")) {
            aliasable = false;
            int port = via.sentBy().portOr(protocol().defaultPort());
            transport.reuse(this, new InetSocketAddress(peer.getAddress(), port), proven.domains());
        }
    }

    /** Ends the connection when it outlived a deadline, RFC 3261 gives none. */
    void check(long now, long connectTimeout) {
        StreamOptions options = transport.options();
        long message = messageSince;
        switch (Objects.requireNonNull(state.get())) {
            case CONNECTING -> {
                if (endPoint == null) {
                    expire(now - since > 2 * connectTimeout, "connecting");
                } else {
                    expire(now - connectedSince > options.handshake().toNanos(), "the TLS handshake");
                }
            }
            case OPEN -> {
                long deadline = (inBody ? options.bodyDeadline() : options.headerDeadline()).toNanos();
                expire(message != NEVER && now - message > deadline, "a whole message");
                expire(accepted && silent && now - since > options.silence().toNanos(), "a first message");
            }
            case CLOSING -> expire(now - closingSince > options.linger().toNanos(), "the peer to close");
            case CLOSED -> {}
        }
    }

    private void expire(boolean expired, String awaited) {
        if (expired) {
            end(new SocketTimeoutException("waited too long for " + awaited + " at " + peer));
        }
    }

    void broken(Throwable cause) {
        end(cause instanceof IOException io ? io : new IOException("connection to " + peer + " failed", cause));
    }

    /** The connection is gone, or has to go at once. Only the first call counts. */
    void end(IOException cause) {
        if (state.getAndSet(State.CLOSED) == State.CLOSED) {
            return;
        }
        log.debug("{} ended: {}", this, cause.getMessage());
        EndPoint connected = endPoint;
        if (connected != null) {
            connected.close(cause);
        }
        transport.ended(this, writer.end(), cause);
    }

    @Override
    public String toString() {
        return protocol() + " " + local + " - " + peer;
    }
}
