// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.util.EventListener;

/**
 * Is told when timers expire (JSR 289 §8), one at a time for each application session.
 *
 * <pre>{@code
 * @SipListener
 * public class Alarm implements TimerListener {
 *     @Override
 *     public void timeout(ServletTimer timer) { ... }
 * }
 * }</pre>
 *
 * @see jakarta.servlet.sip.annotation.SipListener
 */
public interface TimerListener extends EventListener {
    /**
     * Takes a timer that has expired.
     *
     * @param timer the timer
     */
    void timeout(ServletTimer timer);
}
