// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.trapezoid.sip.message.Response;

/**
 * The 2xx responses of one branch: one for each callee it reached, told apart by the To tag, and each may be retransmitted
 * (RFC 3261 §13.2.2.4). Confined to its strand.
 */
final class Successes {
    private final List<String> tags = new ArrayList<>(1);
    private final List<Optional<Response>> forwarded = new ArrayList<>(1);

    /** False for a retransmission. */
    boolean add(Response response) {
        if (indexOf(response) >= 0) {
            return false;
        }
        tags.add(tag(response));
        forwarded.add(Optional.empty());
        return true;
    }

    /** Remembers what went upstream. */
    void forwarded(Response response) {
        int i = indexOf(response);
        if (i >= 0) {
            forwarded.set(i, Optional.of(response));
        }
    }

    /** What went upstream for the response this one retransmits; empty while the application has it. */
    Optional<Response> forwardedFor(Response retransmission) {
        int i = indexOf(retransmission);
        return i < 0 ? Optional.empty() : forwarded.get(i);
    }

    private int indexOf(Response response) {
        return tags.indexOf(tag(response));
    }

    private static String tag(Response response) {
        return response.toTag().orElse("");
    }
}
