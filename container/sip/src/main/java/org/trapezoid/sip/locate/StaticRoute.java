// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import org.trapezoid.sip.uri.SipUri;

/**
 * Where requests for a domain go, whatever names and addresses it has.
 *
 * @param domain a host name, or with a leading dot every name below it
 * @param target the server, by address or by a name of the hosts file
 */
public record StaticRoute(String domain, SipUri target) {

    public StaticRoute {
        if (domain.isEmpty() || domain.equals(".")) {
            throw new IllegalArgumentException("route: domain must be a host name or a suffix such as .example.com");
        }
    }

    boolean isSuffix() {
        return domain.charAt(0) == '.';
    }
}
