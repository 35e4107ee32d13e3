// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import org.trapezoid.sip.message.Response;

/** The transaction user of a client transaction, RFC 3261 §17. All methods are called in the core section. */
public interface ClientUser {

    /** A provisional response, the first final response, or any further 2xx to an INVITE (RFC 6026 §7.2). */
    void onResponse(Response response);

    /** No final response came in time: to be treated as 408 (RFC 3261 §8.1.3.1). {@link #onTerminated} follows. */
    void onTimeout();

    /** No next hop was found or could be reached: to be treated as 503. {@link #onTerminated} follows. */
    void onTransportError(IOException cause);

    /** The transaction ended; nothing comes after this. */
    void onTerminated();
}
