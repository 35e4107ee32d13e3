// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import org.trapezoid.sip.message.Request;

/** The transaction user of a server transaction, RFC 3261 §17. All methods are called in the core section. */
public interface ServerUser {

    /** The CANCEL was answered 200; the user now answers its INVITE 487. Called at most once, before a final response. */
    void onCancel(Request cancel);

    /** An ACK for a 2xx which matches the transaction: an RFC 2543 peer, or one that reuses the INVITE's branch. */
    void onAck(Request ack);

    /** Timer H: no ACK came for a non-2xx final response. {@link #onTerminated} follows. */
    void onTimeout();

    /** A response could not be sent; the transaction stays in its state (RFC 6026 §7.1). */
    void onTransportError(IOException cause);

    /** The transaction left the table; nothing comes after this. Not called for an abandoned one. */
    void onTerminated();

    /** The strand goes on at another node, and a message has come for what was left of the transaction here, which is abandoned. */
    default void onLeft() {}
}
