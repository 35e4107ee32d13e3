// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.proxy;

import java.util.Optional;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.uri.SipUri;
import org.trapezoid.sip.uri.Uri;

/** The URI of one user agent instance (RFC 5627), which clients put into Contact: inside a dialog it has to be looked up. */
public final class Gruu {
    private static final String PARAMETER = "gr";

    /** Says where the instance of a GRUU is registered now. Thread-safe; never blocks. */
    @FunctionalInterface
    public interface Lookup {
        /** Nobody is registered here. */
        Lookup NONE = uri -> Optional.empty();

        /** A target URI with the routes to the instance; empty if it is not registered, or the GRUU not one of ours. */
        Optional<Uri> target(Uri gruu);
    }

    private Gruu() {}

    public static boolean isGruu(Uri uri) {
        return uri instanceof SipUri sip && sip.parameters().has(PARAMETER);
    }

    /** The request, addressed to where its Request-URI is registered if that is a GRUU; else as it is. */
    public static Request resolve(Request request, Lookup lookup) {
        if (!isGruu(request.uri()) || request.topRoute().isPresent()) {
            return request;
        }
        return lookup.target(request.uri())
                .map(target -> Target.address(request, target, request))
                .orElse(request);
    }
}
