// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.util.Optional;
import org.trapezoid.sip.message.Arrival;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.uri.ForbiddenRanges;

/**
 * A message between two nodes, with what is in none of its bytes; or, of no bytes, that a flow has ended. Immutable.
 *
 * @param flow which it came by at the one, or is to leave by at the other
 * @param attachment of a flow between two applications; empty for one of the network
 * @param arrival how the message came to the first application that had it
 * @param forbidden where nothing may be sent on behalf of a message between two applications; what comes from the network is under what
 *     the receiver forbids itself
 */
@SuppressWarnings("ArrayRecordComponent") // neither compared nor changed
public record Carried(
        FlowName flow, byte[] message, byte[] attachment, Optional<Arrival> arrival, ForbiddenRanges forbidden) {
    private static final byte[] NONE = {};

    /** A message that this node received. */
    public static Carried received(Flow flow, Message message) {
        return flow instanceof LoopbackFlow inside
                ? inside(FlowName.of(flow), message, inside.attachment().toBytes())
                : new Carried(FlowName.of(flow), message.toBytes(), NONE, message.arrival(), ForbiddenRanges.NONE);
    }

    static Carried inside(FlowName flow, Message message, byte[] attachment) {
        return new Carried(flow, message.toBytes(), attachment, message.arrival(), message.forbidden());
    }

    /** The flow of this node has ended. */
    static Carried end(FlowName flow) {
        return new Carried(flow, NONE, NONE, Optional.empty(), ForbiddenRanges.NONE);
    }

    /** A message for a flow of the network. */
    static Carried outward(FlowName flow, Message message) {
        return new Carried(flow, message.toBytes(), NONE, Optional.empty(), ForbiddenRanges.NONE);
    }

    /** Whether it says that the flow has ended. */
    boolean isEnd() {
        return message.length == 0;
    }

    /** Whether it is between two applications. */
    public boolean isInside() {
        return attachment.length > 0;
    }
}
