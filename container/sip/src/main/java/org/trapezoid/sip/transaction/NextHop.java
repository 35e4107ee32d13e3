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

    /** The first Route when it is a loose router, else the Request-URI: before a strict router that is its URI already. */
    public static Uri of(Request request) {
        Optional<NameAddr> top = request.topRoute();
        return top.isPresent() && top.get().uri() instanceof SipUri route && route.isLooseRoute()
                ? route
                : request.uri();
    }
}
