// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventObject;

/**
 * Tells about a step in the life of a SIP session. The event's source is the session.
 *
 * @see SipSessionListener
 * @see SipSessionActivationListener
 */
public class SipSessionEvent extends EventObject {

    /**
     * Makes an event.
     *
     * @param source the session, not {@code null}
     * @throws IllegalArgumentException if {@code source} is {@code null}
     */
    public SipSessionEvent(SipSession source) {
        super(source);
    }

    /** {@return the session the event is about} */
    public SipSession getSession() {
        return (SipSession) getSource();
    }
}
