// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.security.Principal;

/**
 * A WebSocket connection SIP messages come over (RFC 7118; JSR 359).
 *
 * @see SipServletMessage#getLocalSipWebSocketContext()
 */
public interface SipWebSocketContext {
    /** {@return the URL of the connection} */
    String getURL();

    /** {@return the flow over the connection} */
    Flow getFlow();

    /** {@return the user authenticated at the handshake, or {@code null} if there is none} */
    Principal getWebSecurityPrincipal();

    /**
     * {@return a header of the handshake, or {@code null} if there is none or the container does not keep it}
     *
     * @param header the name
     */
    String getHttpHeader(String header);
}
