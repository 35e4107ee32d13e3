// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.router;

import java.io.Serializable;

/** The side of a call an application serves (JSR 289 §15.2); routers may define more labels. Immutable. */
public record Region(String label, Type type) implements Serializable {

    /** The three kinds every region belongs to. */
    public enum Type {
        ORIGINATING,
        TERMINATING,
        NEUTRAL;

        Type opposite() {
            return switch (this) {
                case ORIGINATING -> TERMINATING;
                case TERMINATING -> ORIGINATING;
                case NEUTRAL -> NEUTRAL;
            };
        }
    }

    public static final Region ORIGINATING = new Region("ORIGINATING", Type.ORIGINATING);
    public static final Region TERMINATING = new Region("TERMINATING", Type.TERMINATING);
    public static final Region NEUTRAL = new Region("NEUTRAL", Type.NEUTRAL);

    /** The region of the other party; a neutral one, and one of a router's own label, stays what it is. */
    public Region reversed() {
        if (equals(ORIGINATING)) {
            return TERMINATING;
        }
        return equals(TERMINATING) ? ORIGINATING : this;
    }
}
