// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.transaction;

import java.time.Duration;
import java.util.Arrays;

/** Points of virtual time. Stateless. */
final class Times {

    private Times() {}

    static Duration[] of(long... millis) {
        return Arrays.stream(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
