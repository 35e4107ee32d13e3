// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.proxy;

import java.util.ArrayList;
import java.util.List;
import org.trapezoid.api.Binding;

/** The order in which contacts are tried, RFC 3261 §16.6. */
enum Fork {
    /** By q, best first; equal ones at the same time. */
    SEQUENTIAL,
    /** All at the same time. */
    PARALLEL;

    /** The bindings, best first, in groups that are tried one after another. */
    List<List<Binding>> groups(List<Binding> bindings) {
        return switch (this) {
            case PARALLEL -> bindings.isEmpty() ? List.of() : List.of(bindings);
            case SEQUENTIAL -> byPreference(bindings);
        };
    }

    private static List<List<Binding>> byPreference(List<Binding> bindings) {
        List<List<Binding>> groups = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= bindings.size(); i++) {
            if (i == bindings.size()
                    || bindings.get(i).q() != bindings.get(from).q()) {
                groups.add(bindings.subList(from, i));
                from = i;
            }
        }
        return groups;
    }
}
