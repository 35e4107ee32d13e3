// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a file with lines {@code name = value} says, read again within a second when it changes. A line that cannot be read is
 * logged and left out; without a file there is nothing. Thread-safe.
 */
public final class WatchedFile<V> {
    private static final Logger log = LoggerFactory.getLogger(WatchedFile.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    /** Makes an entry of what stands on both sides of a line's first {@code =}. */
    @FunctionalInterface
    public interface Line<V> {
        /**
         * Reads one line.
         *
         * @throws IllegalArgumentException if it makes no sense
         */
        Map.Entry<String, V> entry(String name, String value);
    }

    private record Loaded<V>(Instant modified, Map<String, V> entries) {}

    private final Path file;
    private final InstantSource clock;
    private final Line<V> line;
    private final AtomicReference<Instant> nextLook = new AtomicReference<>(Instant.MIN);
    private volatile Loaded<V> loaded = new Loaded<>(Instant.MIN, Map.of());

    public WatchedFile(Path file, InstantSource clock, Line<V> line) {
        this.file = file;
        this.clock = clock;
        this.line = line;
    }

    /** The entries of today. */
    public Map<String, V> entries() {
        Instant now = clock.instant();
        Instant next = nextLook.get();
        if (!now.isBefore(next) && nextLook.compareAndSet(next, now.plus(LOOK_AGAIN))) {
            look();
        }
        return loaded.entries();
    }

    private void look() {
        try {
            Instant modified = Files.getLastModifiedTime(file).toInstant();
            if (!modified.equals(loaded.modified())) {
                loaded = new Loaded<>(modified, read(Files.readAllLines(file)));
            }
        } catch (NoSuchFileException e) {
            loaded = new Loaded<>(Instant.MIN, Map.of());
        } catch (IOException e) {
            log.warn("{} cannot be read; what it said before stays", file, e);
        }
    }

    private Map<String, V> read(List<String> lines) {
        Map<String, V> entries = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String text = lines.get(i).strip();
            if (text.isEmpty() || text.startsWith("#")) {
                continue;
            }
            int equals = text.indexOf('=');
            try {
                if (equals < 0) {
                    throw new IllegalArgumentException("expected name = value");
                }
                Map.Entry<String, V> entry = line.entry(
                        text.substring(0, equals).strip(),
                        text.substring(equals + 1).strip());
                entries.put(entry.getKey(), entry.getValue());
            } catch (IllegalArgumentException e) {
                log.warn("{}:{}: {}; the line is left out", file, i + 1, e.getMessage());
            }
        }
        return Map.copyOf(entries);
    }
}
