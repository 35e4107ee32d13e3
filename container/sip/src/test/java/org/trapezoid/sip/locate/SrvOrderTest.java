// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.trapezoid.sip.locate.DnsRecord.Srv;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

class SrvOrderTest {
    private final SplittableRandom random = new SplittableRandom(7);

    @Test
    @Rfc(value = 2782, section = "Priority")
    @Checklist("X16")
    void triesLowerPrioritiesFirst() {
        List<Srv> records = List.of(srv(20, 100, "c"), srv(10, 0, "a"), srv(15, 1, "b"));

        assertThat(SrvOrder.of(records, random, 16)).extracting(Srv::target).containsExactly("a", "b", "c");
    }

    @Test
    @Rfc(value = 2782, section = "Weight")
    @Checklist("X16")
    void choosesAmongEqualsByWeight() {
        List<Srv> records = List.of(srv(1, 30, "often"), srv(1, 10, "seldom"), srv(1, 0, "hardly"));
        int[] first = new int[3];

        for (int i = 0; i < 10_000; i++) {
            switch (SrvOrder.of(records, random, 16).get(0).target()) {
                case "often" -> first[0]++;
                case "seldom" -> first[1]++;
                default -> first[2]++;
            }
        }

        assertThat(first[0]).isBetween(7_000, 7_700); // 30 of 41
        assertThat(first[1]).isBetween(2_200, 2_700);
        assertThat(first[2]).isBetween(150, 350); // 1 of 41: weight 0 is very small, not none
    }

    @Test
    @Rfc(value = 2782, section = "Weight")
    void usesEveryTargetOnceAndEquallyWithoutWeights() {
        List<Srv> records = List.of(srv(1, 0, "a"), srv(1, 0, "b"), srv(1, 0, "c"));
        int firstIsC = 0;

        for (int i = 0; i < 3_000; i++) {
            List<Srv> ordered = SrvOrder.of(records, random, 16);
            assertThat(ordered).containsExactlyInAnyOrderElementsOf(records);
            firstIsC += ordered.get(0).target().equals("c") ? 1 : 0;
        }

        assertThat(firstIsC).isBetween(900, 1_100);
    }

    @Test
    @Rfc(value = 3263, section = "4.4")
    @Checklist("P27")
    void choosesTheSameForTheSameSeedHoweverTheRecordsAreOrdered() {
        List<Srv> records = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            records.add(srv(1, i % 4, "target" + i));
        }
        List<Srv> once = SrvOrder.of(records, new SplittableRandom(5), 16);
        java.util.Collections.reverse(records);

        assertThat(SrvOrder.of(records, new SplittableRandom(5), 16))
                .isEqualTo(once)
                .hasSize(16);
    }

    private static Srv srv(int priority, int weight, String target) {
        return new Srv(priority, weight, 5060, target);
    }
}
