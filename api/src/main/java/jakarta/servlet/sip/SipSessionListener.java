// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

public interface SipSessionListener extends EventListener {
    void sessionCreated(SipSessionEvent se);

    void sessionDestroyed(SipSessionEvent se);

    void sessionReadyToInvalidate(SipSessionEvent se);
}
