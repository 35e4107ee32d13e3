// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventObject;

/** Tells that a flow (RFC 5626) is no longer usable (JSR 359). The event's source is the flow. */
public class FlowFailedEvent extends EventObject {

    /**
     * Makes an event.
     *
     * @param flow the flow that failed, not {@code null}
     * @throws IllegalArgumentException if {@code flow} is {@code null}
     */
    public FlowFailedEvent(Flow flow) {
        super(flow);
    }

    /** {@return the flow that failed} */
    public Flow getFlow() {
        return (Flow) getSource();
    }
}
