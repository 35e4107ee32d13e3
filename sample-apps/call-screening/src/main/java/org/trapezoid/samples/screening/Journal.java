// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.screening;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls that ended lately, one line each. Thread-safe. */
@ApplicationScoped
public class Journal {
    private static final Logger log = LoggerFactory.getLogger(Journal.class);
    private static final int MOST = 100;

    private final Deque<String> lines = new ArrayDeque<>();

    void write(String line) {
        log.debug("{}", line);
        synchronized (lines) {
            if (lines.size() == MOST) {
                lines.removeFirst();
            }
            lines.addLast(line);
        }
    }

    /** The last ones, the oldest first. */
    public List<String> lines() {
        synchronized (lines) {
            return List.copyOf(lines);
        }
    }
}
