// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.sip.locate;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringTokenizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.trapezoid.sip.transport.Literals;

/** The hosts file of the system, read by ourselves and again when it changed: no lookup ever waits. Thread-safe. */
final class HostsFile {
    private static final Logger log = LoggerFactory.getLogger(HostsFile.class);
    private static final Duration CHECK_EVERY = Duration.ofSeconds(1);

    private final Path path;
    private final InstantSource clock;
    private volatile Content content = Content.NONE;

    HostsFile(Path path, InstantSource clock) {
        this.path = path;
        this.clock = clock;
    }

    /** The addresses of {@code name}, in the order of the file. */
    List<InetAddress> addresses(String name) {
        Content current = content;
        Instant now = clock.instant();
        if (current.checked.plus(CHECK_EVERY).compareTo(now) <= 0) {
            current = refresh(current, now);
            content = current; // two threads may both do so: they read the same
        }
        return current.addresses.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    private Content refresh(Content old, Instant now) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (attributes.lastModifiedTime().equals(old.modified) && attributes.size() == old.size) {
                return new Content(now, old.modified, old.size, old.addresses);
            }
            Map<String, List<InetAddress>> read = parse(Files.readAllLines(path, StandardCharsets.ISO_8859_1));
            return new Content(now, attributes.lastModifiedTime(), attributes.size(), read);
        } catch (IOException unreadable) {
            log.debug("hosts file {} not read: {}", path, unreadable.toString());
            return new Content(now, old.modified, old.size, old.addresses);
        }
    }

    private static Map<String, List<InetAddress>> parse(List<String> lines) {
        Map<String, List<InetAddress>> addresses = new HashMap<>();
        for (String line : lines) {
            int comment = line.indexOf('#');
            StringTokenizer words = new StringTokenizer(comment < 0 ? line : line.substring(0, comment));
            Optional<InetAddress> address =
                    words.hasMoreTokens() ? Literals.address(words.nextToken()) : Optional.empty();
            while (address.isPresent() && words.hasMoreTokens()) {
                addresses
                        .computeIfAbsent(words.nextToken().toLowerCase(Locale.ROOT), name -> new ArrayList<>())
                        .add(address.get());
            }
        }
        return addresses;
    }

    /** What was read, and when it was compared with the file last. */
    private record Content(Instant checked, FileTime modified, long size, Map<String, List<InetAddress>> addresses) {
        static final Content NONE = new Content(Instant.EPOCH, FileTime.from(Instant.EPOCH), -1, Map.of());
    }
}
