// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.security.Principal;

public interface SipWebSocketContext {
    String getURL();

    Flow getFlow();

    Principal getWebSecurityPrincipal();

    String getHttpHeader(String header);
}
