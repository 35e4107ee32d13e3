// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.b2bua;

import java.util.Locale;
import java.util.Optional;

/** Why a call is forwarded, with the status that tells the new target of it (RFC 4458 §2). */
enum Reason {
    ALWAYS(302),
    BUSY(486),
    NO_ANSWER(408),
    UNAVAILABLE(404);

    private final int cause;

    Reason(int cause) {
        this.cause = cause;
    }

    /** The value of the {@code cause} parameter. */
    int cause() {
        return cause;
    }

    /** As the file of rules names it. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** What a failed call means; empty for what the caller is to hear, as a refusal or a challenge. */
    static Optional<Reason> of(int status) {
        return switch (status) {
            case 486, 600 -> Optional.of(BUSY);
            case 408 -> Optional.of(NO_ANSWER);
            case 404, 410, 480, 500, 503, 504, 604 -> Optional.of(UNAVAILABLE);
            default -> Optional.empty();
        };
    }
}
