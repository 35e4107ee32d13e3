// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;

/** What the transport layer calls with checked messages, on reader threads. */
public interface MessageHandler {

    /** A request whose top Via tells where it came from, RFC 3261 §18.2.1. */
    void onRequest(Flow flow, Request request);

    /** A response whose top Via is ours, RFC 3261 §18.1.2. */
    void onResponse(Flow flow, Response response);

    /** A connection ended; what was queued on it has been told by itself. */
    default void onClosed(Flow flow) {}
}
