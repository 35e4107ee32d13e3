// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices what appears, changes and disappears in a deploy directory. A file is taken when it held still from one scan to
 * the next and its zip directory, which is written last, can be read. Confined to the deploying thread, which calls
 * {@link #scan()} at intervals.
 */
final class DeployScanner {

    /** Told what to do; called during a scan. */
    interface Target {
        void deploy(Path archive);

        void redeploy(Path archive);

        void undeploy(Path archive);
    }

    private static final Logger log = LoggerFactory.getLogger(DeployScanner.class);

    private final Path directory;
    private final Target target;
    private final Map<Path, Entry> entries = new TreeMap<>();
    private boolean unreadable;

    DeployScanner(Path directory, Target target) {
        this.directory = directory;
        this.target = target;
    }

    /** The scan before the server is ready: what is there and whole is taken at once. */
    void scanAtStart() {
        for (Path archive : list()) {
            fingerprint(archive).ifPresent(now -> {
                Entry entry = new Entry(now);
                entries.put(archive, entry);
                if (isWhole(archive)) {
                    take(archive, entry);
                }
            });
        }
    }

    /** One look at the directory. */
    void scan() {
        List<Path> present = list();
        if (unreadable) {
            return; // a directory that cannot be read is no reason to undeploy everything
        }
        for (Iterator<Map.Entry<Path, Entry>> each = entries.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<Path, Entry> known = each.next();
            if (!present.contains(known.getKey())) {
                each.remove();
                if (known.getValue().isTaken()) {
                    target.undeploy(known.getKey());
                }
            }
        }
        for (Path archive : present) {
            fingerprint(archive).ifPresent(now -> look(archive, now));
        }
    }

    private void look(Path archive, Fingerprint now) {
        Entry entry = entries.computeIfAbsent(archive, unknown -> new Entry(now));
        if (entry.seenJustNow || !entry.last.equals(now)) {
            entry.seenJustNow = false;
            entry.last = now;
            entry.reported = false;
        } else if (!entry.taken.filter(now::equals).isPresent()) {
            if (isWhole(archive)) {
                take(archive, entry);
            } else if (!entry.reported) {
                entry.reported = true;
                log.warn("{}: not a complete zip file; not deployed", archive);
            }
        }
    }

    private void take(Path archive, Entry entry) {
        boolean again = entry.isTaken();
        entry.seenJustNow = false;
        entry.taken = Optional.of(entry.last);
        if (again) {
            target.redeploy(archive);
        } else {
            target.deploy(archive);
        }
    }

    private List<Path> list() {
        try (Stream<Path> files = Files.list(directory)) {
            unreadable = false;
            return files.filter(Archive::isOne).sorted().toList();
        } catch (IOException e) {
            if (!unreadable) {
                log.warn("{}: cannot be read: {}", directory, e.toString());
            }
            unreadable = true;
            return List.of();
        }
    }

    private static Optional<Fingerprint> fingerprint(Path archive) {
        try {
            return Optional.of(Fingerprint.of(archive));
        } catch (IOException e) {
            log.debug("{}: changes while it is looked at: {}", archive, e.toString());
            return Optional.empty();
        }
    }

    private static boolean isWhole(Path archive) {
        if (Files.isDirectory(archive)) {
            return true;
        }
        try (ZipFile zip = new ZipFile(archive.toFile())) {
            return zip.size() > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** What is known of one archive. */
    private static final class Entry {
        private Fingerprint last;
        private Optional<Fingerprint> taken = Optional.empty();
        private boolean seenJustNow = true;
        private boolean reported;

        Entry(Fingerprint last) {
            this.last = last;
        }

        boolean isTaken() {
            return taken.isPresent();
        }
    }
}
