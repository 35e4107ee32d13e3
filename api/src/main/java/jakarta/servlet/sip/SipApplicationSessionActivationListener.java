// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

public interface SipApplicationSessionActivationListener extends EventListener {
    void sessionWillPassivate(SipApplicationSessionEvent se);

    void sessionDidActivate(SipApplicationSessionEvent se);
}
