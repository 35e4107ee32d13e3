// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.facade;

import java.util.Set;
import org.trapezoid.sip.header.HeaderName;

/** The header fields that are the container's (JSR 289 §4.1.3). */
final class SystemHeaders {

    private static final Set<HeaderName> ALWAYS = Set.of(
            HeaderName.FROM,
            HeaderName.TO,
            HeaderName.CALL_ID,
            HeaderName.CSEQ,
            HeaderName.VIA,
            HeaderName.ROUTE,
            HeaderName.RECORD_ROUTE,
            HeaderName.PATH,
            HeaderName.RSEQ,
            HeaderName.RACK);

    private SystemHeaders() {}

    static boolean isSystem(HeaderName name, boolean contactIsFree) {
        return ALWAYS.contains(name) || (name.equals(HeaderName.CONTACT) && !contactIsFree);
    }
}
