// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Is told when a flow fails (RFC 5626 §4.4; JSR 359). A client usually registers again then.
 *
 * @see jakarta.servlet.sip.annotation.SipListener
 */
public interface FlowListener extends EventListener {
    /**
     * Tells that a flow is no longer usable: it was closed, or its keep-alive was not answered.
     *
     * @param flowFailedEvent names the flow
     */
    void flowFailed(FlowFailedEvent flowFailedEvent);
}
