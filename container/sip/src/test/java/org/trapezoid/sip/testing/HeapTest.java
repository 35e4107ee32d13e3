// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapTest {
    private final List<byte[]> kept = new ArrayList<>();

    @Test
    void whatIsKeptCountsAndWhatIsForgottenDoesNot() {
        long before = Heap.kept();
        for (int i = 0; i < 100_000; i++) {
            kept.add(new byte[100]);
        }
        long with = Heap.kept();
        kept.clear();
        long without = Heap.kept();

        // far apart: other tests in the same process leave things of their own behind
        assertThat(with - before).isGreaterThan(9_000_000);
        assertThat(without - before).isLessThan(3_000_000);
    }
}
