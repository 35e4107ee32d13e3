// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import java.lang.management.ManagementFactory;

/**
 * What is kept in memory: tests compare it before and after the same work. The collector must not leave dead objects where
 * they are, as the serial one does without {@code -XX:MarkSweepDeadRatio=0}. Stateless.
 */
public final class Heap {

    private static final int MOST = 10;
    private static final long STILL = 4_096;

    private Heap() {}

    /** The bytes that whole collections leave, as many as it takes until nothing more goes. */
    public static long kept() {
        long before = collected();
        for (int i = 0; i < MOST; i++) {
            long now = collected();
            if (before - now < STILL) {
                return now;
            }
            before = now;
        }
        return before;
    }

    private static long collected() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
