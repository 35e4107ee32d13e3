// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.concurrent;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GarbagePausesTest {

    @Test
    void knowsACollectionOfTheLastMinute() {
        System.gc();

        long pause = new GarbagePauses().within(TimeUnit.MINUTES.toNanos(1));

        assertThat(pause).isPositive().isLessThan(TimeUnit.MINUTES.toNanos(1));
    }
}
