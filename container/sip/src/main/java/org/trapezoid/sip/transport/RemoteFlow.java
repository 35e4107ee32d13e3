// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import org.trapezoid.sip.message.Message;

/** A flow of another node of the cluster: what is sent on it goes to that node, and from there to the peer. Equal by node and name. Thread-safe. */
final class RemoteFlow implements Flow {
    private final FlowRelay relay;
    private final String node;
    private final FlowName name;
    private final Listener listener;

    /** @param listener of this node: here the peer's answers and later requests are handled */
    RemoteFlow(FlowRelay relay, String node, FlowName name, Listener listener) {
        this.relay = relay;
        this.node = node;
        this.name = name;
        this.listener = listener;
    }

    String node() {
        return node;
    }

    FlowName name() {
        return name;
    }

    @Override
    public void send(Message message, Consumer<IOException> onFailure) {
        relay.carry(node, name, message, onFailure);
    }

    @Override
    public boolean leavesHere() {
        return false;
    }

    @Override
    public boolean isOfThisNode() {
        return false;
    }

    @Override
    public Protocol protocol() {
        return name.protocol();
    }

    @Override
    public Listener listener() {
        return listener;
    }

    @Override
    public InetSocketAddress local() {
        return name.bound();
    }

    @Override
    public InetSocketAddress peer() {
        return name.peer();
    }

    @Override
    public long serial() {
        return name.serial();
    }

    @Override
    public boolean isOpen() {
        return relay.isMember(node);
    }

    @Override
    public void close() {
        // the node that has it looks after its connections
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RemoteFlow flow && flow.node.equals(node) && flow.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name.protocol() + " " + name.bound() + " - " + name.peer() + " at node " + node;
    }
}
