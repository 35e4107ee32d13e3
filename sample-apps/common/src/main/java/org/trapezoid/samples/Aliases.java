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
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Other addresses of subscribers, from a file with lines {@code alias = address-of-record}; {@code sip:} may be left out. Read
 * again when the file changes. Thread-safe; without a file there are none.
 */
public final class Aliases {
    private static final Logger log = LoggerFactory.getLogger(Aliases.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private record Loaded(Instant modified, Map<String, String> aliases) {}

    private final Path file;
    private final InstantSource clock;
    private final UnaryOperator<String> canonical;
    private final AtomicReference<Instant> nextLook = new AtomicReference<>(Instant.MIN);
    private volatile Loaded loaded = new Loaded(Instant.MIN, Map.of());

    /**
     * @param canonical makes a URI an address-of-record; throws IllegalArgumentException if it is none of this server
     */
    public Aliases(Path file, InstantSource clock, UnaryOperator<String> canonical) {
        this.file = file;
        this.clock = clock;
        this.canonical = canonical;
    }

    /** The address-of-record an alias stands for, or the same one. */
    public String resolve(String addressOfRecord) {
        Instant now = clock.instant();
        Instant next = nextLook.get();
        if (!now.isBefore(next) && nextLook.compareAndSet(next, now.plus(LOOK_AGAIN))) {
            look();
        }
        return loaded.aliases().getOrDefault(addressOfRecord, addressOfRecord);
    }

    private void look() {
        try {
            Instant modified = Files.getLastModifiedTime(file).toInstant();
            if (!modified.equals(loaded.modified())) {
                loaded = new Loaded(modified, read(Files.readAllLines(file)));
            }
        } catch (NoSuchFileException e) {
            loaded = new Loaded(Instant.MIN, Map.of());
        } catch (IOException e) {
            log.warn("{} cannot be read; the aliases stay as they were", file, e);
        }
    }

    private Map<String, String> read(List<String> lines) {
        Map<String, String> aliases = new HashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            int equals = line.indexOf('=');
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                if (equals < 0) {
                    throw new IllegalArgumentException("expected alias = address-of-record");
                }
                aliases.put(address(line.substring(0, equals)), address(line.substring(equals + 1)));
            } catch (IllegalArgumentException e) {
                log.warn("{}:{}: {}; the line is left out", file, i + 1, e.getMessage());
            }
        }
        return Map.copyOf(aliases);
    }

    private String address(String text) {
        String uri = text.strip();
        return canonical.apply(uri.startsWith("sip:") || uri.startsWith("sips:") ? uri : "sip:" + uri);
    }
}
