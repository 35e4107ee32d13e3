// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.IteratingCallback;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.message.Message;

/**
 * What waits to be written on one connection, and its single writer: gathers what fits into one buffer, writes it, and
 * comes back when the socket took it. Thread-safe; the lock guards the queue.
 */
final class StreamWriter extends IteratingCallback {

    /** Outcome of {@link #offer}. */
    enum Offer {
        QUEUED,
        FULL,
        CLOSED
    }

    private record Pending(Message message, Consumer<IOException> onFailure) {}

    private static final byte[] LINE_END = {'\r', '\n'};

    private final Buffers buffers;
    private final int maxQueued;
    private final int maxQueuedBytes;
    private final Consumer<Throwable> onBroken;
    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Pending> queue = new ArrayDeque<>();
    private final List<Pending> inFlight = new ArrayList<>();
    private long queuedBytes;
    private int lineEnds;
    private boolean finishing;
    private boolean ended;
    private @Nullable EndPoint endPoint;
    private @Nullable ByteBuffer batch; // lent while there is something to write

    StreamWriter(Buffers buffers, StreamOptions options, Consumer<Throwable> onBroken) {
        this.buffers = buffers;
        this.maxQueued = options.maxQueued();
        this.maxQueuedBytes = options.maxQueuedBytes();
        this.onBroken = onBroken;
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }

    /** The connection is there: what was queued may leave. */
    void open(EndPoint connected) {
        lock.lock();
        try {
            endPoint = connected;
        } finally {
            lock.unlock();
        }
        iterate();
    }

    Offer offer(Message message, Consumer<IOException> onFailure) {
        lock.lock();
        try {
            if (ended || finishing) {
                return Offer.CLOSED;
            }
            if (queue.size() >= maxQueued || queuedBytes + message.encodedLength() > maxQueuedBytes) {
                return Offer.FULL;
            }
            queue.add(new Pending(message, onFailure));
            queuedBytes += message.encodedLength();
        } finally {
            lock.unlock();
        }
        iterate();
        return Offer.QUEUED;
    }

    /** One line end answers a keep-alive, two are one, RFC 5626 §4.4.1. */
    void lineEnds(int count) {
        lock.lock();
        try {
            lineEnds = Math.min(lineEnds + count, maxQueued);
        } finally {
            lock.unlock();
        }
        iterate();
    }

    /** Nothing more is taken; the output is shut down when the queue is written. */
    void finish() {
        lock.lock();
        try {
            finishing = true;
        } finally {
            lock.unlock();
        }
        iterate();
    }

    /** Nothing more is written; returns whom to tell. */
    List<Consumer<IOException>> end() {
        List<Consumer<IOException>> untold = new ArrayList<>();
        lock.lock();
        try {
            ended = true;
            inFlight.forEach(pending -> untold.add(pending.onFailure));
            queue.forEach(pending -> untold.add(pending.onFailure));
            inFlight.clear();
            queue.clear();
            queuedBytes = 0;
        } finally {
            lock.unlock();
        }
        return untold;
    }

    @Override
    protected Action process() {
        EndPoint to = null;
        ByteBuffer next = null;
        lock.lock();
        try {
            inFlight.clear();
            EndPoint connected = endPoint;
            if (!ended && connected != null) {
                to = connected;
                next = gather();
            }
        } finally {
            lock.unlock();
        }
        if (to == null || next == null) {
            giveBack();
            if (to != null && isFinished()) {
                to.shutdownOutput();
            }
            return Action.IDLE;
        }
        to.write(this, next);
        return Action.SCHEDULED;
    }

    /** As many messages as one buffer holds; a message larger than that alone. Null when there is nothing. */
    private @Nullable ByteBuffer gather() {
        if (queue.isEmpty() && lineEnds == 0) {
            return null;
        }
        ByteBuffer buffer = batch == null ? buffers.take() : batch.clear();
        batch = buffer;
        for (; lineEnds > 0 && buffer.remaining() >= LINE_END.length; lineEnds--) {
            buffer.put(LINE_END);
        }
        Pending pending = queue.peek();
        while (pending != null && pending.message.encodedLength() <= buffer.remaining()) {
            pending.message.writeTo(buffer);
            moveToFlight();
            pending = queue.peek();
        }
        if (buffer.position() > 0 || pending == null) {
            return buffer.flip();
        }
        moveToFlight();
        return ByteBuffer.wrap(pending.message.toBytes());
    }

    private void moveToFlight() {
        Pending pending = queue.remove();
        queuedBytes -= pending.message.encodedLength();
        inFlight.add(pending);
    }

    private boolean isFinished() {
        lock.lock();
        try {
            return finishing && queue.isEmpty() && !ended;
        } finally {
            lock.unlock();
        }
    }

    private void giveBack() {
        ByteBuffer lent = batch;
        if (lent != null) {
            batch = null;
            buffers.give(lent);
        }
    }

    @Override
    protected void onCompleteFailure(Throwable cause) {
        giveBack();
        onBroken.accept(cause);
    }
}
