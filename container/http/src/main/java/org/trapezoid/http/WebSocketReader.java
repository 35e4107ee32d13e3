// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.CloseStatus;
import org.eclipse.jetty.websocket.core.CoreSession;
import org.eclipse.jetty.websocket.core.Frame;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.OpCode;
import org.trapezoid.sip.message.ParseResult;

/**
 * Makes SIP messages of the frames of one connection, one of each WebSocket message (RFC 7118 §5). Confined to the thread
 * that reads the connection. Memory grows with what arrived, never with what is announced.
 */
final class WebSocketReader implements FrameHandler {
    static final int BUFFER_SIZE = 16 << 10;
    /** What each fragment counts beside its payload: fragments without payload come to an end too. */
    private static final int FRAGMENT_COST = 64;
    /** So many frames are read in one go; other connections want to be read too. */
    private static final int FRAMES_PER_TURN = 32;
    /** The CRLF CRLF of RFC 5626 §3.5.1; a single CRLF is an answer, and not answered. */
    private static final int PING_LENGTH = 4;

    private final WebSocketTransport transport;
    private final WebSocketFlow flow;
    private final Executor executor;
    private ByteArrayOutputStream parts = new ByteArrayOutputStream(0);
    private boolean text;
    private boolean started;
    private int counted;
    private int frames;

    /** @param executor where reading goes on when it has to make room for others */
    WebSocketReader(WebSocketTransport transport, WebSocketFlow flow, Executor executor) {
        this.transport = transport;
        this.flow = flow;
        this.executor = executor;
    }

    /** Reading begins anew. */
    void turn() {
        frames = 0;
    }

    @Override
    public void onOpen(CoreSession session, Callback callback) {
        flow.opened(session);
        callback.succeeded();
        session.demand();
    }

    @Override
    public void onFrame(Frame frame, Callback callback) {
        flow.heard();
        switch (frame.getOpCode()) {
            case OpCode.TEXT, OpCode.BINARY -> {
                text = frame.getOpCode() == OpCode.TEXT;
                data(frame);
            }
            case OpCode.CONTINUATION -> data(frame);
            case OpCode.PING -> flow.ping(frame.getPayload());
            case OpCode.CLOSE -> flow.closing();
            default -> {} // a pong was heard, that is all
        }
        callback.succeeded();
        if (flow.isReading() && frame.getOpCode() != OpCode.CLOSE) {
            demand();
        }
    }

    private void demand() {
        if (++frames < FRAMES_PER_TURN) {
            flow.demand();
        } else {
            executor.execute(flow::demand);
        }
    }

    private void data(Frame frame) {
        ByteBuffer payload = frame.getPayload();
        int length = payload == null ? 0 : payload.remaining();
        counted += length + (frame.isFin() && !started ? 0 : FRAGMENT_COST);
        if (counted > transport.longestMessage()) {
            parts = new ByteArrayOutputStream(0);
            flow.fail(CloseStatus.MESSAGE_TOO_LARGE, "longer than " + transport.longestMessage() + " bytes");
            return;
        }
        if (frame.isFin() && !started) {
            whole(payload, length);
        } else {
            fragment(payload, length, frame.isFin());
        }
    }

    private void whole(ByteBuffer payload, int length) {
        counted = 0;
        if (length > 0 && payload.hasArray()) {
            message(payload.array(), payload.arrayOffset() + payload.position(), length);
        } else if (length > 0) {
            message(BufferUtil.toArray(payload), 0, length);
        }
    }

    private void fragment(ByteBuffer payload, int length, boolean last) {
        if (length > 0) {
            byte[] bytes = BufferUtil.toArray(payload);
            parts.write(bytes, 0, length);
        }
        started = !last;
        flow.waiting(started);
        if (last) {
            byte[] bytes = parts.toByteArray();
            parts = new ByteArrayOutputStream(0);
            counted = 0;
            if (bytes.length > 0) {
                message(bytes, 0, bytes.length);
            }
        }
    }

    private void message(byte[] bytes, int offset, int length) {
        if (text && !Utf8.isValid(bytes, offset, length)) {
            flow.fail(CloseStatus.BAD_PAYLOAD, "a text frame has to be UTF-8"); // RFC 6455 §8.1
            return;
        }
        ParseResult result = transport.parser().parseDatagram(bytes, offset, length);
        if (result != ParseResult.KeepAlive.PING) {
            deliver(result);
        } else if (length >= PING_LENGTH) {
            flow.pong();
        }
    }

    private void deliver(ParseResult result) {
        flow.received(result);
        try {
            transport.handler().onMessage(flow, result);
        } catch (Throwable t) { // nothing a message does ends the connection
            transport.report(t);
        }
    }

    @Override
    public void onError(Throwable cause, Callback callback) {
        flow.broken(cause);
        callback.succeeded();
    }

    @Override
    public void onClosed(CloseStatus status, Callback callback) {
        flow.closed(status);
        callback.succeeded();
    }
}
