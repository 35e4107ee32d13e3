// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import org.trapezoid.sip.message.ParseResult;

/** What a transport calls, on its reader threads. */
public interface FlowHandler {

    void onMessage(Flow flow, ParseResult result);

    /** A connection ended, or could not be set up. Called once per flow, never over UDP. */
    void onClosed(Flow flow);
}
