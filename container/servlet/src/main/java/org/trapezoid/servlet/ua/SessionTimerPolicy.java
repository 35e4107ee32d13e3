// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.ua;

import org.trapezoid.sip.header.SessionExpires;

/**
 * What an application wants of the session timers that the container keeps for it, RFC 4028. Immutable.
 *
 * @param expires the interval that is asked for, and the longest one that is granted, in seconds
 * @param minimum the shortest interval that is accepted, in seconds
 * @param refresher who should refresh where we have the choice
 * @param update whether refreshes are UPDATE requests, for peers that allow them; else re-INVITE
 */
public record SessionTimerPolicy(long expires, long minimum, Refresher refresher, boolean update) {

    /** Who refreshes. */
    public enum Refresher {
        /** What the other side prefers. */
        ANY,
        SELF,
        PEER
    }

    public SessionTimerPolicy {
        if (minimum < SessionExpires.LEAST || expires < minimum) {
            throw new IllegalArgumentException("a session timer of " + expires + " s with a minimum of " + minimum
                    + " s: the minimum is at least " + SessionExpires.LEAST + " s, and the timer no less");
        }
    }
}
