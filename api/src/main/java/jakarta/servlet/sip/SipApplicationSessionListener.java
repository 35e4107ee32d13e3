// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

public interface SipApplicationSessionListener extends EventListener {
    void sessionCreated(SipApplicationSessionEvent ev);

    void sessionDestroyed(SipApplicationSessionEvent ev);

    void sessionExpired(SipApplicationSessionEvent ev);

    void sessionReadyToInvalidate(SipApplicationSessionEvent ev);
}
