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
        for (int i = 0; i < 2_500; i++) {
            kept.add(new byte[40]);
        }
        long with = Heap.kept();
        kept.clear();
        long without = Heap.kept();

        assertThat(with - before).isGreaterThan(100_000); // the bound of the fuzzer for as many inputs
        assertThat(without - before).isLessThan(100_000);
    }
}
