// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.api;

import jakarta.servlet.sip.SipSession;
import java.util.EventListener;

/**
 * Is told when the session timer that the container keeps for an application runs out (RFC 4028, context parameter {@code
 * org.trapezoid.session-timer}). Declared with {@code @SipListener} or in {@code sip.xml}, as any listener.
 *
 * <p>A back-to-back user agent hangs up the other leg:
 *
 * <pre>{@code
 * @SipListener
 * public class Watch implements SessionTimerListener {
 *     @Override
 *     public void sessionTimerExpired(SipSession session) {
 *         // the container has sent the BYE on this leg
 *         SipSession other = (SipSession) session.getAttribute("other");
 *         try {
 *             other.createRequest("BYE").send();
 *         } catch (IOException e) {
 *             throw new UncheckedIOException(e);
 *         }
 *     }
 * }
 * }</pre>
 */
public interface SessionTimerListener extends EventListener {

    /**
     * Nobody refreshed the session in time. The container has sent a BYE, unless the peer had said before that it does not know
     * the dialog any more.
     *
     * @param session the session
     */
    void sessionTimerExpired(SipSession session);
}
