// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.OpCode;
import org.eclipse.jetty.websocket.core.OutgoingEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.servlet.security.WebSocketClient;
import org.trapezoid.servlet.security.WebSocketOpening;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.tls.TlsPeer;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.Listener;
import org.trapezoid.sip.transport.Protocol;
import org.trapezoid.sip.transport.StreamOptions;

/** The WebSocket connection of one client from its handshake to its end, RFC 7118 §5. Thread-safe. */
final class WebSocketFlow implements Flow, WebSocketClient {
    private static final Logger log = LoggerFactory.getLogger(WebSocketFlow.class);
    private static final long NEVER = 0;
    private static final int PINGS_PER_CHECK = 100;
    private static final WebSocketOpening NEVER_OPENED =
            new WebSocketOpening("", Optional.empty(), Map.of(), Optional.empty());
    private static final byte[] CRLF = {'\r', '\n'};

    enum State {
        /** The handshake is being answered. */
        OPENING,
        OPEN,
        /** Takes nothing more, writes what it has. */
        CLOSING,
        CLOSED
    }

    private final WebSocketTransport transport;
    private final InetSocketAddress local;
    private final InetSocketAddress peer;
    private final Optional<TlsPeer> tls;
    private final WebSocketOpening opening;
    private final AtomicReference<State> state;
    private final long since;
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicInteger queuedBytes = new AtomicInteger();
    private final AtomicReference<@Nullable ByteBuffer> nextPong = new AtomicReference<>();
    private final AtomicInteger pongs = new AtomicInteger(); // under way: 0 or 1
    private final AtomicInteger pings = new AtomicInteger(); // since the last check
    private volatile @Nullable CoreSession session;
    private volatile long closingSince;
    private volatile long messageSince = NEVER;
    private volatile boolean silent = true;
    private volatile boolean failed;
    private volatile boolean heard = true;
    // checks only
    private long quietSince;
    private boolean asked;

    WebSocketFlow(
            WebSocketTransport transport,
            InetSocketAddress local,
            InetSocketAddress peer,
            Optional<TlsPeer> tls,
            WebSocketOpening opening) {
        this(transport, local, peer, tls, opening, State.OPENING);
    }

    private WebSocketFlow(
            WebSocketTransport transport,
            InetSocketAddress local,
            InetSocketAddress peer,
            Optional<TlsPeer> tls,
            WebSocketOpening opening,
            State initial) {
        this.transport = transport;
        this.local = local;
        this.peer = peer;
        this.tls = tls;
        this.opening = opening;
        this.state = new AtomicReference<>(initial);
        this.since = transport.nanoTime();
    }

    /** To a client that is not connected, and cannot be connected to (RFC 7118 §5.2). */
    static WebSocketFlow none(WebSocketTransport transport, InetSocketAddress peer) {
        return new WebSocketFlow(
                transport, transport.listener().bound(), peer, Optional.empty(), NEVER_OPENED, State.CLOSED);
    }

    @Override
    public void send(Message message, Consumer<IOException> onFailure) {
        CoreSession open = session;
        if (open == null || state.get() != State.OPEN) {
            transport.tell(onFailure, new IOException("connection to " + peer + " is closed"));
            return;
        }
        byte[] bytes = message.toBytes();
        if (!queue(bytes.length)) {
            IOException full = new IOException("write queue to " + peer + " is full, the peer does not read");
            transport.tell(onFailure, full);
            end(full);
            return;
        }
        byte opCode = Utf8.isValid(bytes, 0, bytes.length) ? OpCode.TEXT : OpCode.BINARY;
        send(open, opCode, ByteBuffer.wrap(bytes), new Sent(bytes.length, onFailure));
    }

    private boolean queue(int length) {
        StreamOptions options = transport.options().streams();
        if (queued.incrementAndGet() <= options.maxQueued()
                && queuedBytes.addAndGet(length) <= options.maxQueuedBytes()) {
            return true;
        }
        return false; // the flow ends: nobody counts any more
    }

    private static void send(CoreSession open, byte opCode, ByteBuffer payload, Callback callback) {
        open.sendFrame(new OutgoingEntry.Builder(new Frame(opCode, payload), callback).build());
    }

    /** One message on its way. */
    private final class Sent implements Callback {
        private final int length;
        private final Consumer<IOException> onFailure;

        Sent(int length, Consumer<IOException> onFailure) {
            this.length = length;
            this.onFailure = onFailure;
        }

        @Override
        public void succeeded() {
            queued.decrementAndGet();
            queuedBytes.addAndGet(-length);
        }

        @Override
        public void failed(Throwable cause) {
            succeeded();
            transport.tell(onFailure, io(cause));
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }

    @Override
    public Protocol protocol() {
        return transport.protocol();
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
    public Optional<TlsPeer> tls() {
        return tls;
    }

    @Override
    public WebSocketOpening opening() {
        return opening;
    }

    @Override
    public long serial() {
        return since;
    }

    @Override
    public boolean isOpen() {
        return state.get() == State.OPEN;
    }

    @Override
    public void close() {
        close(CloseStatus.NORMAL, "");
    }

    /** The server stops. */
    void leave() {
        close(CloseStatus.SHUTDOWN, "");
    }

    /** The client did what it must not do. */
    void fail(int status, String reason) {
        failed = true;
        log.debug("{} fails with {}: {}", this, status, reason);
        close(status, reason);
    }

    private void close(int status, String reason) {
        closingSince = transport.nanoTime();
        State before = state.getAndUpdate(now -> now == State.CLOSED ? now : State.CLOSING);
        if (before == State.OPEN || before == State.OPENING) {
            transport.forget(this);
            CoreSession open = session;
            if (open != null) {
                open.close(status, reason, Callback.NOOP);
            }
        }
    }

    // ---- what the reader says

    /** Frames can be sent. */
    void opened(CoreSession opened) {
        session = opened;
        if (state.compareAndSet(State.OPENING, State.OPEN)) {
            transport.opened(this);
        } else {
            opened.close(CloseStatus.SHUTDOWN, "", Callback.NOOP);
        }
    }

    /** Whether frames of the client are still wanted. */
    boolean isReading() {
        return !failed && state.get() != State.CLOSED;
    }

    void demand() {
        CoreSession open = session;
        if (open != null && isReading()) {
            open.demand();
        }
    }

    void heard() {
        if (!heard) {
            heard = true;
        }
    }

    /** A part of a message is there, or only whole ones. */
    void waiting(boolean partOfMessage) {
        if (!partOfMessage) {
            messageSince = NEVER;
        } else if (messageSince == NEVER) {
            messageSince = transport.nanoTime() | 1;
        }
    }

    void received(ParseResult result) {
        if (silent && result instanceof ParseResult.Parsed) {
            silent = false;
        }
    }

    /** Answers the CRLF CRLF of RFC 5626 §4.4.1. */
    void pong() {
        CoreSession open = session;
        if (open == null || state.get() != State.OPEN) {
            return;
        }
        if (queue(CRLF.length)) {
            send(open, OpCode.TEXT, ByteBuffer.wrap(CRLF), new Sent(CRLF.length, failure -> {}));
        } else {
            end(new IOException("write queue to " + peer + " is full, the peer does not read"));
        }
    }

    /** One pong at a time is under way; the latest ping is answered then, RFC 6455 §5.5.3. */
    void ping(@Nullable ByteBuffer payload) {
        if (pings.incrementAndGet() > PINGS_PER_CHECK) {
            fail(CloseStatus.POLICY_VIOLATION, "too many pings");
            return;
        }
        nextPong.set(payload == null ? BufferUtil.EMPTY_BUFFER : ByteBuffer.wrap(BufferUtil.toArray(payload)));
        sendPong();
    }

    private void sendPong() {
        CoreSession open = session;
        while (open != null && nextPong.get() != null && pongs.compareAndSet(0, 1)) {
            ByteBuffer payload = nextPong.getAndSet(null);
            if (payload == null) {
                pongs.set(0);
            } else {
                send(open, OpCode.PONG, payload, Callback.from(Invocable.InvocationType.NON_BLOCKING, this::sentPong));
                return;
            }
        }
    }

    private void sentPong() {
        pongs.set(0);
        sendPong();
    }

    /** The client closes: nothing more can be sent. */
    void closing() {
        closingSince = transport.nanoTime();
        if (state.compareAndSet(State.OPEN, State.CLOSING)) {
            transport.forget(this);
        }
    }

    void closed(CloseStatus status) {
        end(new IOException("connection closed by " + peer + ", " + status));
    }

    void broken(Throwable cause) {
        end(io(cause));
    }

    private IOException io(Throwable cause) {
        return cause instanceof IOException io ? io : new IOException("connection to " + peer + " failed", cause);
    }

    // ---- deadlines

    /** Ends the connection when it outlived a deadline, and asks a silent client whether it is still there. */
    void check(long now) {
        StreamOptions options = transport.options().streams();
        pings.set(0);
        switch (Objects.requireNonNull(state.get())) {
            case OPENING -> expire(now - since > options.headerDeadline().toNanos(), "the end of the handshake");
            case OPEN -> {
                long message = messageSince;
                if (message != NEVER
                        && now - message
                                > options.headerDeadline()
                                        .plus(options.bodyDeadline())
                                        .toNanos()) {
                    fail(CloseStatus.POLICY_VIOLATION, "a message took too long");
                } else if (silent && now - since > options.silence().toNanos()) {
                    fail(CloseStatus.POLICY_VIOLATION, "no SIP message came");
                } else {
                    keepAlive(now);
                }
            }
            case CLOSING -> expire(now - closingSince > options.linger().toNanos(), "the peer to close");
            case CLOSED -> {}
        }
    }

    private void keepAlive(long now) {
        long ping = transport.options().ping().toNanos();
        if (heard) {
            heard = false;
            asked = false;
            quietSince = now;
        } else if (ping > 0 && asked) {
            expire(now - quietSince > 2 * ping, "a pong");
        } else if (ping > 0 && now - quietSince > ping) {
            asked = true;
            CoreSession open = session;
            if (open != null) {
                send(open, OpCode.PING, BufferUtil.EMPTY_BUFFER, Callback.NOOP);
            }
        }
    }

    private void expire(boolean expired, String awaited) {
        if (expired) {
            end(new SocketTimeoutException("waited too long for " + awaited + " at " + peer));
        }
    }

    /** The connection is gone, or has to go at once. Only the first call counts. */
    private void end(IOException cause) {
        State before = state.getAndSet(State.CLOSED);
        if (before == State.CLOSED) {
            return;
        }
        log.debug("{} ended: {}", this, cause.getMessage());
        CoreSession open = session;
        if (open != null) {
            open.abort();
        }
        transport.ended(this, open != null);
    }

    @Override
    public String toString() {
        return protocol() + " " + local + " - " + peer;
    }
}
