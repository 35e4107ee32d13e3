// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

/** A one-shot timer. Any thread may call it; inside the owner's core section its answers are exact. */
public abstract class Timer {

    /** A timer that never was started. */
    public static final Timer NONE = new Timer() {
        @Override
        public void cancel() {
            // nothing is pending
        }

        @Override
        public boolean isPending() {
            return false;
        }
    };

    /** Stops it. When this was called in the owner's core section, it will not fire afterwards. */
    public abstract void cancel();

    /** Neither fired nor cancelled. */
    public abstract boolean isPending();
}
