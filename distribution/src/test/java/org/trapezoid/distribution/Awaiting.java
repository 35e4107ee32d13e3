// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/** Waits for programs that say by their output alone what they do. */
final class Awaiting {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private Awaiting() {}

    static void until(String what, Callable<Boolean> condition) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .until(condition);
    }
}
