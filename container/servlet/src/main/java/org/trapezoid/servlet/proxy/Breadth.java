// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.Optional;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Request;

/**
 * How many branches a request may have at once, here and downstream together, RFC 5393 §5.3.3. Confined to its strand.
 *
 * <p>A tenth is kept back for branches an application adds while others run. A request without the header gets so much that
 * its first branch still carries the recommended 60.
 */
final class Breadth {
    private static final int RECOMMENDED = 60;
    private static final int DEFAULT = 66;

    private int available;

    private Breadth(int available) {
        this.available = available;
    }

    /** What the request grants us; a value that is no number counts as none. */
    static Breadth of(Request request) {
        return new Breadth(Math.min(granted(request), DEFAULT));
    }

    private static int granted(Request request) {
        Optional<String> value = request.headers().first(HeaderName.MAX_BREADTH);
        if (value.isEmpty()) {
            return DEFAULT;
        }
        try {
            return Math.max(0, Integer.parseInt(value.get()));
        } catch (NumberFormatException notNumber) {
            return DEFAULT;
        }
    }

    int available() {
        return available;
    }

    /** The share of each of so many branches started at once. */
    int share(int branches) {
        return Math.max(1, Math.min(RECOMMENDED, (available - available / 10) / branches));
    }

    void take(int share) {
        available -= share;
    }

    /** A branch ended; others may use its share. */
    void giveBack(int share) {
        available += share;
    }
}
