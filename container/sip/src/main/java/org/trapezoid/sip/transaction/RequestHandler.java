// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.util.OptionalInt;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.transport.Flow;

/** Gets what no transaction absorbs. Thread-safe: called by any reader thread. */
public interface RequestHandler {

    /**
     * Asked before a request makes a server transaction; never for ACK, CANCEL and BYE. Holds no strand.
     *
     * @return empty to go on, else the status to answer with, without state
     */
    OptionalInt admit(Flow flow, Request request);

    /** A new request, in the core section of a new strand. The transaction may move to another one during this call. */
    void onRequest(ServerTransaction transaction, Request request);

    /** An ACK that matches no transaction: for a 2xx, or stray. Holds no strand. */
    void onAck(Flow flow, Request ack);

    /**
     * A CANCEL that matches no transaction. Holds no strand.
     *
     * @return whether it was handled (by a stateless proxy); else it is answered 481
     */
    boolean onStrayCancel(Flow flow, Request cancel);

    /**
     * A response that matches no transaction. Holds no strand.
     *
     * @return whether it was handled (by a stateless proxy); else it is dropped
     */
    boolean onStrayResponse(Flow flow, Response response);
}
