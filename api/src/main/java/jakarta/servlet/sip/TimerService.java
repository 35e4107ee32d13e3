// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;

/**
 * Makes timers (JSR 289 §8). Injected, or the context attribute {@link SipServlet#TIMER_SERVICE}. An application that
 * uses timers has a {@link TimerListener}.
 */
public interface TimerService {
    /**
     * Makes a timer that expires once.
     *
     * @param appSession the application session it belongs to
     * @param delay the time until it expires, in milliseconds
     * @param isPersistent {@code true} if it shall outlive a restart, as far as the container can
     * @param info kept with the timer; may be {@code null}
     * @return the timer, already running
     * @throws IllegalStateException if the application session is not valid
     */
    ServletTimer createTimer(SipApplicationSession appSession, long delay, boolean isPersistent, Serializable info);

    /**
     * Makes a timer that expires again and again, as those of {@link java.util.Timer} do.
     *
     * @param appSession the application session it belongs to
     * @param delay the time until it first expires, in milliseconds
     * @param period the time between two expiries, in milliseconds, above 0
     * @param fixedDelay {@code true} to count the period from the real expiry, {@code false} to keep the rate
     * @param isPersistent {@code true} if it shall outlive a restart, as far as the container can
     * @param info kept with the timer; may be {@code null}
     * @return the timer, already running
     * @throws IllegalStateException if the application session is not valid
     */
    ServletTimer createTimer(
            SipApplicationSession appSession,
            long delay,
            long period,
            boolean fixedDelay,
            boolean isPersistent,
            Serializable info);
}
