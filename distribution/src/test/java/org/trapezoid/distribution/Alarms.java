// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What became of the timers of calls, read from what {@code AlarmServlet} has written at each node. */
final class Alarms {
    /** A callback that began so many milliseconds before its node was lost may not have been saved: a save begins 20 ms after it. */
    private static final long SAVED_WITHIN = 100;

    /** A callback, and when it should have been. */
    private record Shot(int node, long due, long at) {}

    /** While a node could not save. */
    private record Loss(int node, long from, long to) {
        boolean isUnsaved(Shot shot) {
            return shot.node() == node && shot.at() > from - SAVED_WITHIN && shot.at() < to;
        }
    }

    private final List<Loss> losses = new ArrayList<>();
    private final Map<String, List<Shot>> shots = new HashMap<>(); // by Call-ID

    /** A node could not save: it was dead, or stopped, or cut off. */
    void lost(int node, long from, long to) {
        losses.add(new Loss(node, from, to));
    }

    /** Reads what there is by now. */
    void read(List<Path> bases) throws IOException {
        shots.clear();
        for (int node = 0; node < bases.size(); node++) {
            Path file = bases.get(node).resolve("alarms");
            for (String line : Files.exists(file) ? Files.readAllLines(file) : List.<String>of()) {
                String[] fields = line.split(" ");
                shots.computeIfAbsent(fields[0], call -> new ArrayList<>(1))
                        .add(new Shot(node, Long.parseLong(fields[1]), Long.parseLong(fields[2])));
            }
        }
    }

    /** Those of these calls whose timers have not gone off. */
    Set<String> missing(Set<String> calls) {
        Set<String> missing = new TreeSet<>(calls);
        missing.removeAll(shots.keySet());
        return missing;
    }

    /** The timers that have gone off more than once. */
    Map<String, String> doubled() {
        return moreThanOnce(false);
    }

    /** Apart from them, those of which a callback ran at a node that was lost before it was saved: that one does not count. */
    Map<String, String> doubledUnsaved() {
        return moreThanOnce(true);
    }

    private Map<String, String> moreThanOnce(boolean unsaved) {
        Map<String, String> found = new TreeMap<>();
        shots.forEach((call, all) -> {
            long saved = all.stream()
                    .filter(shot -> losses.stream().noneMatch(loss -> loss.isUnsaved(shot)))
                    .count();
            if (all.size() > 1 && unsaved == saved <= 1) {
                found.put(call, all.toString());
            }
        });
        return found;
    }

    /** How many seconds late the latest one was. */
    double latest() {
        long latest = 0;
        for (List<Shot> all : shots.values()) {
            latest = Math.max(
                    latest,
                    all.stream().mapToLong(shot -> shot.at() - shot.due()).min().orElse(0));
        }
        return latest / 1000.0;
    }
}
