// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.util.Optional;
import org.trapezoid.sip.message.Arrival;
import org.trapezoid.sip.message.Message;

/**
 * A message between two nodes, with what is in none of its bytes. Immutable.
 *
 * @param flow which it came by at the one, or is to leave by at the other
 * @param attachment of a flow between two applications; empty for one of the network
 * @param arrival how the message came to the first application that had it
 */
@SuppressWarnings("ArrayRecordComponent") // neither compared nor changed
public record Carried(FlowName flow, byte[] message, byte[] attachment, Optional<Arrival> arrival) {
    private static final byte[] NONE = {};

    /** A message that this node received. */
    public static Carried received(Flow flow, Message message) {
        byte[] attachment =
                flow instanceof LoopbackFlow inside ? inside.attachment().toBytes() : NONE;
        return new Carried(FlowName.of(flow), message.toBytes(), attachment, message.arrival());
    }

    /** A message for a flow of the network. */
    static Carried outward(FlowName flow, Message message) {
        return new Carried(flow, message.toBytes(), NONE, Optional.empty());
    }

    /** Whether it is between two applications. */
    public boolean isInside() {
        return attachment.length > 0;
    }
}
