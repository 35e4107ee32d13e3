// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.jetty.io.EndPoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.ParseResult;

/**
 * One connection, accepted or made by us, from the moment it is wanted to its end, RFC 3261 §18, RFC 5626 §2.
 * Thread-safe.
 */
final class StreamFlow implements Flow {
    private static final Logger log = LoggerFactory.getLogger(StreamFlow.class);
    private static final long NEVER = 0;

    enum State {
        CONNECTING,
        OPEN,
        /** Takes nothing more, writes what it has. */
        CLOSING,
        CLOSED
    }

    private final StreamTransport transport;
    private final InetSocketAddress peer;
    private final boolean accepted;
    private final StreamWriter writer;
    private final AtomicReference<State> state = new AtomicReference<>(State.CONNECTING);
    private final long since;
    private volatile InetSocketAddress local;
    private volatile @Nullable EndPoint endPoint;
    private volatile long closingSince;
    private volatile long messageSince = NEVER;
    private volatile boolean inBody;
    private volatile boolean silent = true;

    StreamFlow(StreamTransport transport, InetSocketAddress peer, boolean accepted) {
        this.transport = transport;
        this.peer = peer;
        this.accepted = accepted;
        this.local = transport.listener().bound();
        this.since = transport.nanoTime();
        this.writer = new StreamWriter(transport.buffers(), transport.options(), this::broken);
    }

    boolean isAccepted() {
        return accepted;
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

    StreamConnection connection(EndPoint connected, Executor executor) {
        return new StreamConnection(connected, executor, transport, this);
    }

    void pong() {
        writer.pong();
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

    /** The connection is there. */
    void opened(EndPoint connected) {
        endPoint = connected;
        if (connected.getLocalSocketAddress() instanceof InetSocketAddress address) {
            local = address;
        }
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
    }

    /** Ends the connection when it outlived a deadline, RFC 3261 gives none. */
    void check(long now, long connectTimeout) {
        StreamOptions options = transport.options();
        long message = messageSince;
        switch (Objects.requireNonNull(state.get())) {
            case CONNECTING -> expire(now - since > 2 * connectTimeout, "connecting");
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
