// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * By which a changed archive is told from an unchanged one without reading it: sizes and times of its files.
 *
 * @param files how many files
 * @param bytes their size in all
 * @param hash of every path, size and time
 */
record Fingerprint(int files, long bytes, long hash) {

    private static final long PRIME = 0x100000001b3L;

    /** Of a file, or of every file under a directory's WEB-INF. */
    static Fingerprint of(Path archive) throws IOException {
        Path root = Files.isDirectory(archive) ? archive.resolve("WEB-INF") : archive;
        Counter counter = new Counter(root);
        Files.walkFileTree(root, counter);
        return new Fingerprint(counter.files, counter.bytes, counter.hash);
    }

    private static final class Counter extends SimpleFileVisitor<Path> {
        private final Path root;
        private int files;
        private long bytes;
        private long hash;

        Counter(Path root) {
            this.root = root;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            files++;
            bytes += attributes.size();
            long one = root.relativize(file).toString().hashCode();
            one = one * PRIME + attributes.size();
            one = one * PRIME + attributes.lastModifiedTime().toMillis();
            hash += one * PRIME; // a sum, since the order of a directory is not defined
            return FileVisitResult.CONTINUE;
        }
    }
}
