// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.net.InetSocketAddress;

/**
 * Names a flow among those of one node, in a cluster where other nodes send by it. Immutable.
 *
 * @param bound the address of its listener
 * @param serial which of all connections between the two addresses; 0 over UDP
 */
public record FlowName(Protocol protocol, InetSocketAddress bound, InetSocketAddress peer, long serial) {

    /** The name of a flow of this node. */
    public static FlowName of(Flow flow) {
        return new FlowName(flow.protocol(), flow.listener().bound(), flow.peer(), flow.serial());
    }

    boolean isListener(Listener listener) {
        return listener.protocol() == protocol && listener.bound().equals(bound);
    }
}
