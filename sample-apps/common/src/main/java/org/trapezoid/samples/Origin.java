// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** Tells what a page of another site asks for: its browser sends what its user may do here along (RFC 6454). */
public final class Origin {

    private Origin() {}

    /**
     * Whether it does.
     *
     * @param origin the Origin header; null or empty: no browser, or none that would send it
     * @param host the Host header
     */
    public static boolean isForeign(@Nullable String origin, @Nullable String host) {
        if (origin == null || origin.isEmpty()) {
            return false;
        }
        try {
            String authority = new URI(origin).getAuthority();
            return authority == null || !authority.equalsIgnoreCase(host);
        } catch (URISyntaxException e) {
            return true;
        }
    }
}
