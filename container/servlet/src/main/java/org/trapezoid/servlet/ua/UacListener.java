// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import java.util.Optional;
import org.trapezoid.servlet.session.SipSessionState;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** What the facade is told of a request that it sent; in the core section. */
public interface UacListener extends UsageListener {

    /**
     * A response for the application: never 100, never a repeated 2xx. {@code session} may be a derived one. False when the
     * application has so much to do that it is not told.
     */
    boolean onResponse(SipSessionState session, Response response);

    /** What to send instead of a request that was refused; the core gives it the next sequence number. */
    default Optional<Request.Builder> again(Request refused, Response refusal) {
        return Optional.empty();
    }

    /** No further response will come. */
    void onEnded();
}
