// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.registrar;

import jakarta.servlet.sip.SipServletRequest;
import org.trapezoid.samples.Tokens;

/** What becomes of a registration that came by a Path of whose kind its client says nothing, RFC 3327 §5.3. */
enum PathPolicy {
    /** It is refused with 420, which the RFC recommends. */
    STRICT,
    /** It is taken: many phones behind edge proxies do not say that they know Path. */
    LIBERAL;

    boolean refuses(SipServletRequest register) {
        return this == STRICT && register.getHeader("Path") != null && !Tokens.has(register, "Supported", "path");
    }
}
