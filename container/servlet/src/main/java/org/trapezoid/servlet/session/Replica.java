// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.session;

import org.trapezoid.sip.concurrent.Outbox;

/** Keeps an application session where other nodes find it. Confined to the strand of the session. */
public interface Replica extends Outbox {

    /** Something of the session has changed: it is written down again, soon. */
    void changed();

    /** Another node may have the session: it is asked for within some seconds. */
    void doubted();

    /** Whether another node may have it, so that nothing is to be begun before that is known. */
    boolean isDoubted();

    /** A transaction of the session that other nodes are to find, once the session is written down. */
    void names(String transaction);

    /** No callback of the session runs or waits: what it did is whole. */
    void idle();

    /**
     * Lets another node have the session.
     *
     * @param done called when it has left; from then on nothing of it is sent here
     * @return false if it cannot be handed over now
     */
    boolean handOver(Runnable done);

    /** This node stops and could not hand the session over: it ends here, and another node goes on with it as it was last kept. */
    void abandon();

    /** Ends here if it has been taken over since it came here: false if it is of that epoch already. */
    boolean yields(long epoch);

    /** The session has ended. */
    void ended();
}
