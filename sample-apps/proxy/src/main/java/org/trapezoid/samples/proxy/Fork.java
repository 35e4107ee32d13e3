// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.proxy;

import java.util.ArrayList;
import java.util.List;
import org.trapezoid.api.Binding;
import org.trapezoid.api.CallerPreferences;
import org.trapezoid.api.CallerPreferences.Directive;

/** The order in which contacts are tried, RFC 3261 §16.6. */
enum Fork {
    /** By q, best first; equal ones at the same time. */
    SEQUENTIAL,
    /** All at the same time. */
    PARALLEL;

    /** The bindings, best first, in groups that are tried one after another; with equal q the caller's choice counts (RFC 3841). */
    List<List<Binding>> groups(List<Binding> bindings, CallerPreferences wishes) {
        return switch (this) {
            case PARALLEL -> bindings.isEmpty() ? List.of() : List.of(bindings);
            case SEQUENTIAL -> byPreference(bindings, wishes);
        };
    }

    /** What the caller asks for, else what is configured. */
    Fork wanted(CallerPreferences wishes) {
        if (wishes.asks(Directive.SEQUENTIAL)) {
            return SEQUENTIAL;
        }
        return wishes.asks(Directive.PARALLEL) ? PARALLEL : this;
    }

    private static List<List<Binding>> byPreference(List<Binding> bindings, CallerPreferences wishes) {
        List<List<Binding>> groups = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= bindings.size(); i++) {
            if (i == bindings.size() || !isEqual(bindings.get(i), bindings.get(from), wishes)) {
                groups.add(bindings.subList(from, i));
                from = i;
            }
        }
        return groups;
    }

    private static boolean isEqual(Binding one, Binding other, CallerPreferences wishes) {
        return one.q() == other.q()
                && (!wishes.choosesContacts() || wishes.score(one).equals(wishes.score(other)));
    }
}
