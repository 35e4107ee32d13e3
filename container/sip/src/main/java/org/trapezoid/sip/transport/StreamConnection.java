// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.StreamFramer;

/**
 * The reading side of a connection, RFC 3261 §18.3. Confined to one selector thread at a time; that thread carries each
 * message through.
 */
final class StreamConnection extends AbstractConnection {
    private static final int READS_PER_TURN = 8;

    private final StreamTransport transport;
    private final StreamFlow flow;
    private final StreamFramer framer;
    private final Callback fillable = new Fillable();
    private volatile @Nullable TlsHandshake handshake; // until it is done

    StreamConnection(EndPoint endPoint, Executor executor, StreamTransport transport, StreamFlow flow) {
        super(endPoint, executor);
        this.transport = transport;
        this.flow = flow;
        this.framer = transport.framer();
    }

    /** The same behind TLS. */
    StreamConnection(TlsHandshake handshake, Executor executor, StreamTransport transport, StreamFlow flow) {
        this(handshake.endPoint(), executor, transport, flow);
        this.handshake = handshake;
    }

    @Override
    public void onOpen() {
        super.onOpen();
        getEndPoint().setIdleTimeout(transport.options().idle().toMillis());
        flow.connected(getEndPoint());
        try {
            TlsHandshake pending = handshake;
            if (pending == null) {
                flow.opened();
            } else {
                pending.begin();
            }
            fillInterested(fillable);
        } catch (IOException e) {
            flow.end(e);
        }
    }

    @Override
    public void onClose(Throwable cause) {
        super.onClose(cause);
        flow.broken(cause);
    }

    @Override
    public boolean onIdleExpired(TimeoutException timeout) {
        flow.broken(timeout);
        return false;
    }

    @Override
    public void onFillable() {
        ByteBuffer buffer = transport.readBuffers().take();
        try {
            if (read(buffer)) {
                fillInterested(fillable);
            }
        } catch (IOException e) {
            flow.end(e);
        } catch (Throwable t) { // a fault in here costs this connection, not the selector
            transport.report(t);
            flow.broken(t);
        } finally {
            transport.readBuffers().give(buffer);
        }
    }

    /** Reads what is there, though not without end; returns whether to read on later. */
    private boolean read(ByteBuffer buffer) throws IOException {
        for (int i = 0; i < READS_PER_TURN; i++) {
            buffer.position(0).limit(0); // empty, as Jetty sees it
            int length = getEndPoint().fill(buffer);
            if (length < 0) {
                flow.end(new IOException("connection closed by " + flow.peer()));
                return false;
            }
            secured();
            if (length == 0) {
                return true;
            }
            framer.append(buffer); // takes nothing more once the stream is broken: the rest is discarded
            deliver();
        }
        return true;
    }

    /** Comes before the first message, in either direction. */
    private void secured() throws IOException {
        TlsHandshake pending = handshake;
        if (pending != null && pending.isDone()) {
            flow.secured(pending.peerOf(flow));
            flow.opened();
            handshake = null;
        }
    }

    private void deliver() {
        Optional<ParseResult> next = framer.next();
        while (next.isPresent()) {
            deliver(next.get());
            next = framer.next();
        }
        flow.waitingFor(framer.isInHeader() || framer.isInBody(), framer.isInBody());
    }

    private void deliver(ParseResult result) {
        if (result == ParseResult.KeepAlive.PING) {
            flow.pong();
            return;
        }
        flow.received(result);
        try {
            transport.handler().onMessage(flow, result);
        } catch (Throwable t) { // nothing a message does ends the connection
            transport.report(t);
        }
    }

    /** Runs on the selector thread itself; but a handshake, which takes milliseconds, on another. */
    private final class Fillable implements Callback {
        @Override
        public void succeeded() {
            onFillable();
        }

        @Override
        public void failed(Throwable cause) {
            flow.broken(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return handshake == null ? InvocationType.NON_BLOCKING : InvocationType.BLOCKING;
        }
    }
}
