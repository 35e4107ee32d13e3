// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.util.concurrent.Callable;

/** Asks a node which others it has missed at some time, or have told it that they leave, as someone who joins does; by their incarnations. */
final class Missed extends MemberTask implements Callable<String[]> {

    /** For deserialisation. */
    Missed() {
        this("");
    }

    /** @param asking the one who has joined */
    Missed(String asking) {
        super(asking);
    }

    @Override
    public String[] call() {
        return membership().map(Membership::missedOnce).orElseGet(() -> new String[0]);
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.MISSED;
    }
}
