// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.io.IOException;
import org.trapezoid.sip.message.Response;

/** A hop that a request must not be sent to, and how the request is answered when there is no other. */
final class RefusedHopException extends IOException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String phrase;

    RefusedHopException(int status, String reason) {
        this(status, Response.defaultReason(status), reason);
    }

    RefusedHopException(int status, String phrase, String reason) {
        super(reason);
        this.status = status;
        this.phrase = phrase;
    }

    /** The reason phrase of the answer. */
    String phrase() {
        return phrase;
    }

    int status() {
        return status;
    }
}
