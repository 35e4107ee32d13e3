// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

/**
 * Keeps messages of a strand back until what they tell is safe elsewhere, and then lets them leave in their order. Confined to its
 * strand.
 */
public interface Outbox {

    /** What is sent from now on tells of a state that is not safe yet: it waits until the state is. */
    void protect();

    /** Whether a message has to wait, if only behind another one. */
    boolean isHolding();

    /** Takes a message while it {@link #isHolding}. */
    void hold(Runnable message);
}
