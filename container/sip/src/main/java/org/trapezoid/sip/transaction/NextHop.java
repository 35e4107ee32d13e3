// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.util.Optional;
import org.trapezoid.sip.header.NameAddr;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** Where a request goes next, RFC 3261 §8.1.2 and §16.6 step 7. Stateless. */
public final class NextHop {

    private NextHop() {}

    /**
     * The first Route when it is a loose router, else the Request-URI: before a strict router that is its URI already. A
     * request for a SIPS URI goes as if the Route were one too.
     */
    public static Uri of(Request request) {
        Optional<NameAddr> top = request.topRoute();
        if (top.isPresent() && top.get().uri() instanceof SipUri route && route.isLooseRoute()) {
            return isSecure(request) && !route.secure() ? route.withSecure(true) : route;
        }
        return request.uri();
    }

    /** Whether every hop has to be secure, RFC 3261 §26.2.2, RFC 5630 §5.3. */
    static boolean isSecure(Request request) {
        return request.uri() instanceof SipUri uri && uri.secure();
    }
}
