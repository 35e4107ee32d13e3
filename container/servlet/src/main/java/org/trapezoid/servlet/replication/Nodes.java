// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.replication;

import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.transport.Flow;

/** The nodes of the cluster, by incarnation, and the way of messages between them. No method waits. Thread-safe. */
public interface Nodes {

    /** The incarnation of this node: seven characters, random at each start. */
    String self();

    /** What operators call a node; its incarnation if this node does not know it. */
    default String name(String incarnation) {
        return incarnation;
    }

    /** Whether a node is a member at present; this one is. */
    boolean isMember(String incarnation);

    /** All that are members at present, this one too. */
    Set<String> members();

    /** Asks another node whether this one is a member for it; fails, or is late, if that node does not answer. */
    CompletionStage<Boolean> isKnownBy(String other);

    /** Whether a node was taken for dead at some time, though it may be a member again: others may have its sessions. */
    boolean hasBeenLost(String incarnation);

    /**
     * Whether what a node has made may be elsewhere for what happened before this node came: others have missed it, or were told that it leaves;
     * or this node does not know yet.
     */
    boolean isDoubtful(String incarnation);

    /** Whether a member has said that it hands its sessions over, and leaves: what it had may be at any node. */
    boolean isLeaving(String incarnation);

    /** Whether this node is in the smaller part of a cluster that was split: the greater part may have its sessions. */
    boolean isMinority();

    /**
     * Gives a message that came here to the node that is to handle it, with the flow it came over: what that node sends on the flow comes
     * back here and leaves by it.
     *
     * @param lost told at most once: the node went before it confirmed that it had the message, and may or may not have handled it; or it
     *     leaves, and has not handled it
     * @return false if the node is gone or has too much to do
     */
    boolean relay(String incarnation, Flow flow, Message message, Runnable lost);

    /** Who is told, with the reason, that sessions of this node may have gone on elsewhere: the cluster was split, or has met again. */
    void onDoubt(Consumer<String> watcher);

    /** Who handles what other nodes relay; false if it does not, since this node leaves and has not got the session any more. */
    void onRelayed(BiPredicate<Flow, Message> handler);
}
