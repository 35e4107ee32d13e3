// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transport;

import java.io.IOException;

/** A request was to go over one flow and no other, and that has failed: 430 in RFC 5626 §11.5. */
public final class FlowFailedException extends IOException {
    private static final long serialVersionUID = 1L;

    public FlowFailedException(String message) {
        super(message);
    }

    public FlowFailedException(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
