// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.message;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What does not follow the grammar or breaks a limit, with the answer it deserves. Immutable. */
public final class Malformed implements ParseResult {
    private final int suggestedStatus;
    private final String reason;
    private final @Nullable Response answer;
    private final boolean closeConnection;

    Malformed(int suggestedStatus, String reason, @Nullable Response answer, boolean closeConnection) {
        this.suggestedStatus = suggestedStatus;
        this.reason = reason;
        this.answer = answer;
        this.closeConnection = closeConnection;
    }

    public int suggestedStatus() {
        return suggestedStatus;
    }

    /** For logs; control characters of the peer are masked. */
    public String reason() {
        return reason;
    }

    /**
     * The final response, made of what could be saved of a request; the transport layer adds received and rport. Empty for
     * ACK, for responses, and if there is no Via to send it by.
     */
    public Optional<Response> answer() {
        return Optional.ofNullable(answer);
    }

    /** Whether the end of this message is unknown, so that what follows on the stream cannot be read. */
    public boolean closeConnection() {
        return closeConnection;
    }

    Malformed closing() {
        return new Malformed(suggestedStatus, reason, answer, true);
    }

    @Override
    public String toString() {
        return suggestedStatus + " " + reason;
    }
}
