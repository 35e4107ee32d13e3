// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Is told of the life of SIP sessions (JSR 289 §6).
 *
 * @see jakarta.servlet.sip.annotation.SipListener
 */
public interface SipSessionListener extends EventListener {
    /**
     * Tells that a session was made.
     *
     * @param se names the session
     */
    void sessionCreated(SipSessionEvent se);

    /**
     * Tells that a session has ended. Its attributes can still be read.
     *
     * @param se names the session
     */
    void sessionDestroyed(SipSessionEvent se);

    /**
     * Tells that the container is about to end a session that is ready. {@link
     * SipSession#setInvalidateWhenReady(boolean)} with {@code false} keeps it.
     *
     * @param se names the session
     */
    void sessionReadyToInvalidate(SipSessionEvent se);
}
