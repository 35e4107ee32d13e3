// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.b2bua;

import java.util.Optional;
import org.trapezoid.servlet.session.SipSessionState;

/** The rules for linking sessions: one to one, inside one application session (JSR 289 §12.3). In the core section. */
public final class SessionLinks {

    private SessionLinks() {}

    /** @throws IllegalArgumentException when one is linked with a third, or they cannot be linked */
    public static void link(SipSessionState one, SipSessionState other) {
        if (one.appSession() != other.appSession()) {
            throw new IllegalArgumentException("sessions " + one.id() + " and " + other.id()
                    + " belong to different application sessions and cannot be linked");
        }
        if (one == other || !one.isValid() || !other.isValid()) {
            throw new IllegalArgumentException(
                    "sessions " + one.id() + " and " + other.id() + " must be two valid sessions to be linked");
        }
        Optional<SipSessionState> present = one.linked();
        if (present.isPresent() && present.get() == other) {
            return;
        }
        if (present.isPresent() || other.linked().isPresent()) {
            throw new IllegalArgumentException(
                    "session " + (present.isPresent() ? one : other).id() + " is linked with another one");
        }
        one.link(other);
    }
}
