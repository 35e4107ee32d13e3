// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What was found wrong in a run; each stands in the ladder too, at its time. Confined to the thread of the test. */
public final class Findings {
    private final Ladder ladder;
    private Predicate<String> excused = what -> false;
    private final List<String> found = new ArrayList<>();

    public Findings(Ladder ladder) {
        this.ladder = ladder;
    }

    /** What is no fault in a run, by its plan. */
    public void excuse(Predicate<String> noFault) {
        excused = excused.or(noFault);
    }

    public void add(String who, String what) {
        if (excused.test(what)) {
            return;
        }
        found.add(who + ": " + what);
        ladder.note(who, "WRONG: " + what);
    }

    public List<String> all() {
        return found;
    }
}
