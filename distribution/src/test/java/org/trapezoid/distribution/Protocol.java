// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.util.Locale;

/** How a client talks to its server. */
enum Protocol {
    UDP,
    TCP,
    TLS;

    /** As it stands in a URI. */
    String parameter() {
        return name().toLowerCase(Locale.ROOT);
    }
}
