// SPDX-License-Identifier: Apache-2.0
package jakarta.servlet.sip;

import java.io.Serializable;

/**
 * A timer of an application session (JSR 289 §8). It ends with the session, and the session is not ready to be
 * invalidated while it runs.
 *
 * @see TimerService
 */
public interface ServletTimer {
    /** {@return the id of the timer, unique within the application session} */
    String getId();

    /** {@return the application session the timer belongs to} */
    SipApplicationSession getApplicationSession();

    /** {@return the object given at its making, or null} */
    Serializable getInfo();

    /** {@return the time of the last expiry, or of the next if it has not expired yet, in milliseconds since 1970} */
    long scheduledExecutionTime();

    /** Stops the timer for good. It may be called again, and from the timer's own callback. */
    void cancel();

    /** {@return the milliseconds until the next expiry; negative if it is overdue} */
    long getTimeRemaining();
}
