// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

/**
 * Of a user, as a phone needs it. Immutable.
 *
 * @param server where everything is sent, over {@code protocol}
 */
record Account(String user, String domain, String password, Protocol protocol, Endpoint server) {

    /** {@code sip:user@domain}. */
    String uri() {
        return "sip:" + user + "@" + domain;
    }

    /** {@code sip:server;transport=protocol}. */
    String serverUri() {
        return "sip:" + server + ";transport=" + protocol.parameter();
    }
}
