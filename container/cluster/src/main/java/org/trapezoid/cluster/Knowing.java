// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.cluster;

import java.util.concurrent.Callable;

/** Asks a node whether another one is a member for it. */
final class Knowing extends MemberTask implements Callable<Boolean> {

    /** For deserialisation. */
    Knowing() {
        this("");
    }

    Knowing(String incarnation) {
        super(incarnation);
    }

    @Override
    public Boolean call() {
        return membership()
                .filter(asked -> asked.isMember(incarnation()) && asked.isListed(incarnation()))
                .isPresent();
    }

    @Override
    public int getClassId() {
        return ClusterSerialization.KNOWING;
    }
}
