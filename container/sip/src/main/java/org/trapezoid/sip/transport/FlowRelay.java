// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.message.Limits;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.MessageParser;
import org.trapezoid.sip.message.ParseResult;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/**
 * Messages between the node that has a flow and the node that handles what comes by it. The former has checked and marked what it received
 * (RFC 3261 §18), and finds the way of what it sends; the latter sees a flow like any other. Thread-safe.
 */
public final class FlowRelay {
    private static final Logger log = LoggerFactory.getLogger(FlowRelay.class);

    /** Takes messages to other nodes, which are known by their incarnations. */
    public interface Carrier {

        boolean isMember(String node);

        /**
         * Takes a message to the node that has the flow, which gives it to {@link FlowRelay#send}. Does not wait.
         *
         * @param onFailure called at most once, on another stack, when the message is known not to have left
         */
        void carry(String node, Carried message, Consumer<IOException> onFailure);

        /**
         * Takes it to every other node, which gives it to {@link FlowRelay#receive}, behind what this node has received before. Does not wait.
         */
        void tellAll(Carried received);
    }

    private final TransportLayer transports;
    private final MessageParser parser;
    private final Carrier carrier;

    public FlowRelay(TransportLayer transports, Limits limits, Carrier carrier) {
        this.transports = transports;
        this.parser = new MessageParser(limits.relayed());
        this.carrier = carrier;
    }

    /** A flow that another node has. */
    public Flow flow(String node, FlowName name) {
        return new RemoteFlow(this, node, name, transports.listenerLike(name));
    }

    /** A flow of this node has ended: other nodes may wait for what a WebSocket client answers, which cannot be connected to. */
    public void closed(Flow flow) {
        if (flow.protocol().isWebSocket()) {
            carrier.tellAll(Carried.end(FlowName.of(flow)));
        }
    }

    /**
     * Another node received a message on one of its flows, and it is to be handled here; or a flow of it has ended. A message of another application there comes over a
     * {@link LoopbackFlow} whose attachment is {@link LoopbackFlow.Written}.
     *
     * @return what the handler says; true if nobody could read the message
     */
    public boolean receive(String node, Carried carried, BiPredicate<Flow, Message> handler) {
        if (carried.isEnd()) {
            transports.handler().onClosed(flow(node, carried.flow()));
            return true;
        }
        Optional<Message> message = read(carried);
        if (message.isEmpty()) {
            log.warn("node {} relayed what cannot be read, for {}", node, carried.flow());
            return true;
        }
        return handler.test(
                carried.isInside() ? inside(carried, new Back(node, carried.flow())) : flow(node, carried.flow()),
                message.get());
    }

    private Optional<Message> read(Carried carried) {
        byte[] bytes = carried.message();
        if (!(parser.parseDatagram(bytes, 0, bytes.length) instanceof ParseResult.Parsed parsed)) {
            return Optional.empty();
        }
        return Optional.of(
                carried.isInside()
                        ? inside(parsed.message(), carried)
                        : transports.restricted(carried.flow().bound(), parsed.message()));
    }

    /** With what it had at the other node. */
    private static Message inside(Message message, Carried carried) {
        return message instanceof Request request
                ? inside(request.toBuilder(), carried).build()
                : inside(((Response) message).toBuilder(), carried).build();
    }

    private static <B extends Message.Builder<B>> B inside(B builder, Carried carried) {
        carried.arrival().ifPresent(builder::arrived);
        return builder.forbid(carried.forbidden());
    }

    private LoopbackFlow inside(Carried carried, MessageHandler back) {
        return LoopbackFlow.fromAnotherNode(
                transports.listenerLike(carried.flow()), back, new LoopbackFlow.Written(carried.attachment()));
    }

    /** What an application answers to that of another node. */
    private final class Back implements MessageHandler {
        private final String node;
        private final FlowName flow;

        Back(String node, FlowName flow) {
            this.node = node;
            this.flow = flow;
        }

        @Override
        public void onRequest(Flow from, Request request) {
            throw new IllegalStateException("an application sends a request by a flow to it");
        }

        /** If that node is gone, the request may be another one's by now. */
        @Override
        public void onResponse(Flow from, Response response) {
            carrier.carry(
                    node, Carried.inside(flow, response, LoopbackFlow.NOTHING.toBytes()), gone -> LoopbackFlow.restored(
                                    from.listener(), transports.handler())
                            .send(response, failure -> unsent(flow, failure)));
        }
    }

    /**
     * Another node sends a message by one of our flows.
     *
     * @return false if it cannot leave: the connection has ended
     */
    public boolean send(Carried carried) {
        FlowName name = carried.flow();
        Optional<Message> message = read(carried);
        if (message.isEmpty()) {
            log.warn("a node sends what cannot be read, by {}", name);
            return false;
        }
        if (carried.isInside()) {
            Response response = (Response) message.get();
            transports.handler().onResponse(inside(carried, transports.handler()), response);
            return true;
        }
        Optional<Flow> flow = transports.openFlow(name);
        if (message.get() instanceof Response response) {
            if (flow.isPresent()) {
                transports.sendResponse(flow.get(), response, failure -> unsent(name, failure));
            } else {
                transports.sendResponseByVia(response, failure -> unsent(name, failure));
            }
            return true;
        }
        if (flow.isEmpty()) {
            return false;
        }
        transports.traffic().sent(flow.get(), message.get());
        flow.get().send(message.get(), failure -> unsent(name, failure));
        return true;
    }

    private static void unsent(FlowName name, IOException failure) {
        log.debug("not sent for another node by {}", name, failure);
    }

    boolean isMember(String node) {
        return carrier.isMember(node);
    }

    void carry(String node, FlowName name, Message message, Consumer<IOException> onFailure) {
        boolean hasVia = message instanceof Response; // finds its way when the node is gone that received the request
        carrier.carry(
                node,
                Carried.outward(name, message),
                hasVia ? gone -> transports.sendResponseByVia((Response) message, onFailure) : onFailure);
    }
}
