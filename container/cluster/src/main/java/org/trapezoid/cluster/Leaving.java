// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

/** A node says that it is about to leave, so that nobody takes it for dead. */
final class Leaving extends MemberTask implements Runnable {

    /** For deserialisation. */
    Leaving() {
        this("");
    }

    Leaving(String incarnation) {
        super(incarnation);
    }

    @Override
    public void run() {
        membership().ifPresent(known -> known.leaves(incarnation()));
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.LEAVING;
    }
}
