// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Is told of the life of application sessions (JSR 289 §6). At the end either {@code sessionExpired} or {@code
 * sessionReadyToInvalidate} comes, unless the application ends the session itself, then {@code sessionDestroyed}.
 *
 * @see jakarta.servlet.sip.annotation.SipListener
 */
public interface SipApplicationSessionListener extends EventListener {
    /**
     * Tells that a session was made.
     *
     * @param ev names the session
     */
    void sessionCreated(SipApplicationSessionEvent ev);

    /**
     * Tells that a session has ended. Its attributes can still be read.
     *
     * @param ev names the session
     */
    void sessionDestroyed(SipApplicationSessionEvent ev);

    /**
     * Tells that the life of a session is over. {@link SipApplicationSession#setExpires(int)} prolongs it.
     *
     * @param ev names the session
     */
    void sessionExpired(SipApplicationSessionEvent ev);

    /**
     * Tells that the container is about to end a session that is ready. {@link
     * SipApplicationSession#setInvalidateWhenReady(boolean)} with {@code false} keeps it.
     *
     * @param ev names the session
     */
    void sessionReadyToInvalidate(SipApplicationSessionEvent ev);
}
