// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Is told when a session goes to another server or to a store, and when it is back; implemented by attribute values.
 */
public interface SipSessionActivationListener extends EventListener {
    /**
     * Tells that the session is about to leave.
     *
     * @param se names the session
     */
    void sessionWillPassivate(SipSessionEvent se);

    /**
     * Tells that the session is here again.
     *
     * @param se names the session
     */
    void sessionDidActivate(SipSessionEvent se);
}
