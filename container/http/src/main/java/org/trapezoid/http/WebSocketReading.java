// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.WebSocketConnection;
import org.eclipse.jetty.websocket.core.WebSocketCoreSession;

/**
 * Jetty's WebSocket connection, read on the selector thread itself: that thread brings each message to its transaction, as over TCP.
 * Confined to one reading thread at a time.
 */
final class WebSocketReading extends WebSocketConnection {
    private final WebSocketReader reader;
    private final Callback fillable = new Fillable();

    WebSocketReading(EndPoint endPoint, Connector connector, WebSocketCoreSession session, WebSocketReader reader) {
        super(endPoint, connector.getExecutor(), connector.getScheduler(), connector.getByteBufferPool(), session);
        this.reader = reader;
    }

    @Override
    public void fillInterested() {
        fillInterested(fillable);
    }

    @Override
    public void onFillable() {
        reader.turn();
        super.onFillable();
    }

    /** Reading goes on, on a thread of the pool. */
    @Override
    public void run() {
        reader.turn();
        super.run();
    }

    /** Runs on the selector thread itself. */
    private final class Fillable implements Callback {
        @Override
        public void succeeded() {
            onFillable();
        }

        @Override
        public void failed(Throwable cause) {
            onFillInterestedFailed(cause);
        }

        @Override
        public InvocationType getInvocationType() {
            return InvocationType.NON_BLOCKING;
        }
    }
}
