// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import org.trapezoid.sip.header.RAck;
import org.trapezoid.sip.message.Request;

/** A server transaction's user that waits for an ACK to its 2xx, or a PRACK to its 1xx. Confined to its strand. */
public interface Acknowledged {

    /** The sequence number of the request it answers. */
    long cseq();

    /** An ACK with that number came; answers whether it is the first one. */
    boolean acknowledge(Request ack);

    /** A PRACK came; answers what it acknowledges. */
    Prack acknowledge(RAck rack);

    /**
     * Keeps a BYE back while the 2xx that made the dialog waits for its ACK (RFC 3261 §15); answers whether it does. It is sent
     * when the ACK came, or when none will.
     */
    boolean holdUntilAck(Runnable bye);

    /** What became of a PRACK. */
    enum Prack {
        /** It acknowledges nothing that waits for one. */
        UNMATCHED,
        /** The application sent the response reliably, and answers the PRACK. */
        OF_APPLICATION,
        /** The container made the response reliable, and answers a PRACK that says nothing more. */
        OF_CONTAINER
    }
}
