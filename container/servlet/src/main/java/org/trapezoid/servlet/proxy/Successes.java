// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.trapezoid.sip.message.Response;

/**
 * The 2xx responses of one branch: one for each callee it reached, told apart by the To tag, and each may be retransmitted
 * (RFC 3261 §13.2.2.4). Confined to its strand; kept for 32 s, so it is small.
 */
final class Successes {
    private @Nullable Success first;

    /** That of one callee. */
    private static final class Success {
        private final String tag;
        private final @Nullable Success next;
        private @Nullable Response held; // as it came, while the application has it; then what it made of it
        private boolean forwarded;

        Success(Response response, @Nullable Success next) {
            this.tag = tag(response);
            this.next = next;
            this.held = response;
        }
    }

    /** False for a retransmission. */
    boolean add(Response response) {
        if (find(response) != null) {
            return false;
        }
        first = new Success(response, first);
        return true;
    }

    /** What went upstream. */
    void forwarded(Response response) {
        Success success = find(response);
        if (success != null) {
            success.forwarded = true;
            success.held = success.held == response ? null : response;
        }
    }

    /** What goes upstream for a retransmission: what went before; nothing while the application has that. */
    Optional<Response> forwardedFor(Response retransmission) {
        Success success = find(retransmission);
        if (success == null || !success.forwarded) {
            return Optional.empty();
        }
        return Optional.of(success.held == null ? retransmission : success.held);
    }

    private @Nullable Success find(Response response) {
        String tag = tag(response);
        Success success = first;
        while (success != null && !success.tag.equals(tag)) {
            success = success.next;
        }
        return success;
    }

    private static String tag(Response response) {
        return response.toTag().orElse("");
    }
}
