// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import org.eclipse.jetty.io.AbstractConnection;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.RetainableByteBuffer;
import org.eclipse.jetty.server.Components;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;

/**
 * One end of a tunnel: what is read here is written at the other end, as fast as that one takes it. When either closes, so does the other.
 * Both begin to read when the end of the browser is open.
 */
final class TunnelEnd extends AbstractConnection.NonBlocking implements Connection.UpgradeTo {
    private static final int BUFFER_SIZE = 8192;

    /** When nobody says anything for that long, one of the two has gone without a word. */
    private static final Duration IDLE = Duration.ofHours(1);

    private final ByteBufferPool buffers;
    private final Pump pump = new Pump();
    private @Nullable ByteBuffer first;
    private @Nullable TunnelEnd other;
    private boolean beginsTunnel;

    TunnelEnd(EndPoint endPoint, Components components) {
        super(endPoint, components.getExecutor());
        this.buffers = components.getByteBufferPool();
    }

    /** Before either is open; that one is opened last. */
    void join(TunnelEnd browser) {
        other = browser;
        browser.other = this;
        browser.beginsTunnel = true;
    }

    private TunnelEnd other() {
        return Objects.requireNonNull(other);
    }

    /** What came behind the handshake. */
    @Override
    public void onUpgradeTo(@Nullable ByteBuffer buffer) {
        first = buffer;
    }

    @Override
    public void onOpen() {
        super.onOpen();
        getEndPoint().setIdleTimeout(IDLE.toMillis());
        if (beginsTunnel) {
            pump.iterate();
            other().pump.iterate();
        }
    }

    @Override
    public void onFillable() {
        pump.iterate();
    }

    @Override
    public void onClose(@Nullable Throwable cause) {
        super.onClose(cause);
        other().close(); // at once if this one was closed by it
    }

    private final class Pump extends IteratingCallback {
        private @Nullable RetainableByteBuffer buffer;

        @Override
        protected Action process() throws Exception {
            @Nullable ByteBuffer early = first;
            first = null;
            if (BufferUtil.hasContent(early)) {
                other().getEndPoint().write(this, early);
                return Action.SCHEDULED;
            }
            RetainableByteBuffer read = buffer;
            if (read == null) {
                read = buffers.acquire(BUFFER_SIZE, true);
                buffer = read;
            }
            ByteBuffer bytes = read.getByteBuffer();
            BufferUtil.clear(bytes);
            int count = getEndPoint().fill(bytes);
            if (count > 0) {
                other().getEndPoint().write(this, bytes);
                return Action.SCHEDULED;
            }
            release();
            if (count < 0) {
                return Action.SUCCEEDED;
            }
            fillInterested();
            return Action.IDLE;
        }

        private void release() {
            RetainableByteBuffer used = buffer;
            buffer = null;
            if (used != null) {
                used.release();
            }
        }

        @Override
        protected void onCompleteSuccess() {
            TunnelEnd.this.close();
        }

        @Override
        protected void onCompleteFailure(Throwable cause) {
            release();
            TunnelEnd.this.close();
        }
    }
}
