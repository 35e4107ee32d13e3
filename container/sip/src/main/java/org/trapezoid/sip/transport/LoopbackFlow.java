// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.trapezoid.sip.concurrent.PostedInOrder;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/**
 * Joins two applications in one server, or in two nodes of its cluster: what one sends, the handler gets as received on this same flow, so
 * a response finds its way back. Carries an attachment, the routing state between the two. Delivery is posted and keeps its order.
 * Thread-safe.
 */
public final class LoopbackFlow implements Flow {
    private final Listener listener;
    private final MessageHandler handler;
    private final Executor posted;
    private final Attachment attachment;
    private final boolean ofThisNode;
    private final boolean reliable;

    /** What goes along with a request from one application to another one. Immutable. */
    public interface Attachment {

        /** In the form in which another node gets it; not empty. */
        byte[] toBytes();
    }

    /** An attachment as another node sent it. */
    @SuppressWarnings("ArrayRecordComponent") // neither compared nor changed
    public record Written(byte[] toBytes) implements Attachment {}

    /** Of a flow whose other end knows what comes by it. */
    static final Attachment NOTHING = new Written(new byte[] {0});

    /** @param posted runs tasks in order, never inside {@link #send} */
    public LoopbackFlow(Listener listener, MessageHandler handler, Executor posted, Attachment attachment) {
        this(listener, handler, posted, attachment, true, true);
    }

    private LoopbackFlow(
            Listener listener,
            MessageHandler handler,
            Executor posted,
            Attachment attachment,
            boolean ofThisNode,
            boolean reliable) {
        this.listener = listener;
        this.handler = handler;
        this.posted = posted;
        this.attachment = attachment;
        this.ofThisNode = ofThisNode;
        this.reliable = reliable;
    }

    /**
     * The end of a flow from an application of another node.
     *
     * @param back carries messages to the other end, and does not wait
     */
    static LoopbackFlow fromAnotherNode(Listener listener, MessageHandler back, Attachment attachment) {
        return new LoopbackFlow(listener, back, Runnable::run, attachment, false, true);
    }

    /**
     * In place of one of a node that has died: what was under way may not have arrived, and is sent again. What was decided of a request is not
     * known any more.
     */
    static LoopbackFlow restored(Listener listener, MessageHandler handler) {
        return new LoopbackFlow(listener, handler, new PostedInOrder(), NOTHING, true, false);
    }

    public Attachment attachment() {
        return attachment;
    }

    /** The same with what was read from a written attachment. */
    public LoopbackFlow with(Attachment read) {
        return new LoopbackFlow(listener, handler, posted, read, ofThisNode, reliable);
    }

    @Override
    public void send(Message message, Consumer<IOException> onFailure) {
        posted.execute(() -> deliver(message));
    }

    private void deliver(Message message) {
        if (message instanceof Request request) {
            handler.onRequest(this, request);
        } else if (message instanceof Response response) {
            handler.onResponse(this, response);
        }
    }

    @Override
    public Protocol protocol() {
        return listener.protocol();
    }

    @Override
    public boolean isReliable() {
        return reliable;
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public InetSocketAddress local() {
        return listener.bound();
    }

    @Override
    public InetSocketAddress peer() {
        return listener.bound();
    }

    @Override
    public long serial() {
        return 0;
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean leavesHere() {
        return false;
    }

    @Override
    public boolean isOfThisNode() {
        return ofThisNode;
    }

    @Override
    public void close() {
        // nothing to close: both ends are this server
    }

    @Override
    public String toString() {
        return "loopback " + attachment;
    }
}
