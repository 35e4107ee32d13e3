// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

public interface SipSessionActivationListener extends EventListener {
    void sessionWillPassivate(SipSessionEvent se);

    void sessionDidActivate(SipSessionEvent se);
}
