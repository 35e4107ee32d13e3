// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.transport.Flow;

/** The nodes of the cluster, by incarnation, and the way of messages between them. No method waits. Thread-safe. */
public interface Nodes {

    /** The incarnation of this node: seven characters, random at each start. */
    String self();

    /** Whether a node is a member at present; this one is. */
    boolean isMember(String incarnation);

    /** Whether a node was taken for dead at some time, though it may be a member again: others may have its sessions. */
    boolean hasBeenLost(String incarnation);

    /** Whether a node has left without having stopped in good order, not more than 32 seconds (64*T1) ago. */
    boolean hasLostOne();

    /**
     * Gives a message that came here to the node that is to handle it, with the flow it came over: what that node sends on the flow comes
     * back here and leaves by it.
     *
     * @return false if the node is gone or has too much to do
     */
    boolean relay(String incarnation, Flow flow, Message message);

    /** Who is told, with the reason, that sessions of this node may have gone on elsewhere: the cluster was split, or has met again. */
    void onDoubt(Consumer<String> watcher);

    /** Who handles what other nodes relay. */
    void onRelayed(BiConsumer<Flow, Message> handler);
}
