// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import org.trapezoid.sip.transport.Protocol;

/** What our listeners can send to: only that is looked for. Thread-safe. */
@FunctionalInterface
public interface Reach {

    /** Whether a request can leave over {@code protocol} to an address of this family. */
    boolean over(Protocol protocol, boolean ipv6);

    /** Whether one can leave over {@code protocol} at all. */
    default boolean over(Protocol protocol) {
        return over(protocol, false) || over(protocol, true);
    }
}
