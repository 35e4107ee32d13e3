// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * Notices that files have changed, once they hold still from one look to the next: what is being written is not read yet. Confined to one
 * thread.
 */
final class StillFiles {

    /** One file as it was. */
    private record Seen(Path path, long size, long modified) {}

    private final Path path;
    private final String suffix;
    private List<Seen> last;
    private List<Seen> taken;

    /** @param suffix of the files that count, if the path is a directory */
    StillFiles(Path path, String suffix) throws IOException {
        this.path = path;
        this.suffix = suffix;
        this.last = see();
        this.taken = last;
    }

    /** What is there, in the order of the names. */
    List<Path> files() {
        return taken.stream().map(Seen::path).toList();
    }

    /** Whether there is another state than the last one this said true for. */
    boolean haveChanged() throws IOException {
        List<Seen> now = see();
        if (!now.equals(last)) {
            last = now;
            return false;
        }
        if (now.equals(taken)) {
            return false;
        }
        taken = now;
        return true;
    }

    private List<Seen> see() throws IOException {
        if (!Files.isDirectory(path)) {
            return Files.exists(path) ? List.of(seen(path)) : List.of();
        }
        try (Stream<Path> files = Files.list(path)) {
            List<Seen> seen = new java.util.ArrayList<>();
            for (Path file : files.filter(this::counts).sorted().toList()) {
                seen.add(seen(file));
            }
            return seen;
        } catch (NoSuchFileException goneMeanwhile) {
            return List.of();
        }
    }

    private boolean counts(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(suffix) && !name.startsWith(".");
    }

    private static Seen seen(Path file) throws IOException {
        BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
        return new Seen(file, now.size(), now.lastModifiedTime().toMillis());
    }
}
