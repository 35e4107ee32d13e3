// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.util.Optional;
import java.util.function.BiConsumer;
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
        void carry(String node, FlowName flow, byte[] message, Consumer<IOException> onFailure);
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

    /** Another node received a message on one of its flows, and it is to be handled here. */
    public void receive(String node, FlowName name, byte[] message, BiConsumer<Flow, Message> handler) {
        ParseResult result = parser.parseDatagram(message, 0, message.length);
        if (result instanceof ParseResult.Parsed parsed) {
            Flow flow = flow(node, name);
            handler.accept(flow, transports.restricted(name.bound(), parsed.message()));
        } else {
            log.warn("node {} relayed what cannot be read, for {}", node, name);
        }
    }

    /**
     * Another node sends a message by one of our flows.
     *
     * @return false if it cannot leave: the connection has ended
     */
    public boolean send(FlowName name, byte[] bytes) {
        ParseResult result = parser.parseDatagram(bytes, 0, bytes.length);
        if (!(result instanceof ParseResult.Parsed parsed)) {
            log.warn("a node sends what cannot be read, by {}", name);
            return false;
        }
        Optional<Flow> flow = transports.openFlow(name);
        if (parsed.message() instanceof Response response) {
            if (flow.isPresent()) {
                transports.sendResponse(flow.get(), response, failure -> unsent(name, failure));
            } else {
                transports.sendResponseByVia(
                        (Response) transports.restricted(name.bound(), response), failure -> unsent(name, failure));
            }
            return true;
        }
        if (flow.isEmpty()) {
            return false;
        }
        Request request = (Request) parsed.message();
        transports.traffic().sent(flow.get(), request);
        flow.get().send(request, failure -> unsent(name, failure));
        return true;
    }

    private static void unsent(FlowName name, IOException failure) {
        log.debug("not sent for another node by {}", name, failure);
    }

    boolean isMember(String node) {
        return carrier.isMember(node);
    }

    void carry(String node, FlowName name, Message message, Consumer<IOException> onFailure) {
        carrier.carry(node, name, message.toBytes(), onFailure);
    }
}
