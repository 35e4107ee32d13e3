// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.location;

import org.trapezoid.api.LocationService;
import org.trapezoid.sip.transport.Flow;
import org.trapezoid.sip.transport.FlowTokens;

/** Ends the bindings of clients that only the connection led to which has ended, RFC 5626 §6. Thread-safe. */
public final class LostConnections {
    private final FlowTokens flows;
    private final FlowIndex index;

    public LostConnections(LocationService locations, FlowTokens flows) {
        this.flows = flows;
        this.index = new FlowIndex(locations, source -> !source.transport().equals("UDP"));
        locations.addListener(index);
    }

    /** A connection ended. */
    public void onClosed(Flow flow) {
        if (!index.isEmpty()) {
            index.unbind(flows.token(flow, FlowTokens.Use.TARGET, true));
            index.unbind(flows.provenTarget(flow, true));
        }
    }
}
