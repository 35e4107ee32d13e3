// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.trapezoid.sip.locate.DnsRecord.Srv;

/** The order in which to try the targets of a service, RFC 2782. Stateless. */
final class SrvOrder {
    /** Weight 0 comes first, as the algorithm wants it; the rest only makes equal sets equal lists. */
    private static final Comparator<Srv> CANONICAL = Comparator.comparingInt(Srv::priority)
            .thenComparingInt(Srv::weight)
            .thenComparing(Srv::target)
            .thenComparingInt(Srv::port);

    private SrvOrder() {}

    /** By priority, among equals at random by weight; not more than {@code most}. */
    static List<Srv> of(List<Srv> records, RandomGenerator random, int most) {
        List<Srv> left = new ArrayList<>(records);
        left.sort(CANONICAL);
        List<Srv> ordered = new ArrayList<>(Math.min(most, left.size()));
        while (!left.isEmpty() && ordered.size() < most) {
            ordered.add(left.remove(next(left, random)));
        }
        return ordered;
    }

    private static int next(List<Srv> left, RandomGenerator random) {
        int priority = left.get(0).priority();
        int sum = 0;
        int equals = 0;
        while (equals < left.size() && left.get(equals).priority() == priority) {
            sum += left.get(equals++).weight();
        }
        if (sum == 0) {
            return random.nextInt(equals);
        }
        int chosen = random.nextInt(sum + 1);
        int running = 0;
        for (int i = 0; i < equals; i++) {
            running += left.get(i).weight();
            if (running >= chosen) {
                return i;
            }
        }
        return equals - 1;
    }
}
