// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventObject;

/**
 * Tells about a step in the life of an application session. The event's source is the session.
 *
 * @see SipApplicationSessionListener
 * @see SipApplicationSessionActivationListener
 */
public class SipApplicationSessionEvent extends EventObject {

    /**
     * Makes an event.
     *
     * @param appSession the session, not {@code null}
     * @throws IllegalArgumentException if {@code appSession} is {@code null}
     */
    public SipApplicationSessionEvent(SipApplicationSession appSession) {
        super(appSession);
    }

    /** {@return the session the event is about} */
    public SipApplicationSession getApplicationSession() {
        return (SipApplicationSession) getSource();
    }
}
