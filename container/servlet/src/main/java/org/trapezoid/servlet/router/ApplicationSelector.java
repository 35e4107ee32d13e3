// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.util.List;
import org.trapezoid.sip.message.Request;

/** Selects the next application for an initial request. Thread-safe. */
public interface ApplicationSelector {

    /**
     * The next application, and what is to happen to the request; {@link Selection#NONE} when the chain is at its end.
     *
     * @param request the request with our own Route already taken off
     * @param state where the chain stands, {@link RoutingState#NEW} at its start
     */
    Selection next(Request request, Origin origin, RoutingState state);

    /** These applications can be chosen from now on. */
    void deployed(List<String> names);

    /** These applications can no longer be chosen. */
    void undeployed(List<String> names);
}
