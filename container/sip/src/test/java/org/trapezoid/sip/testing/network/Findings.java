// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.testing.network;

import java.util.ArrayList;
import java.util.List;

/** What was found wrong in a run; each stands in the ladder too, at its time. Confined to the thread of the test. */
public final class Findings {
    private final Ladder ladder;
    private final List<String> found = new ArrayList<>();

    public Findings(Ladder ladder) {
        this.ladder = ladder;
    }

    public void add(String who, String what) {
        found.add(who + ": " + what);
        ladder.note(who, "WRONG: " + what);
    }

    public List<String> all() {
        return found;
    }
}
