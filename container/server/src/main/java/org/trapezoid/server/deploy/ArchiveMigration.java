// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Translates an archive of the time before Jakarta by hand, as deploying it does. Stateless. */
public final class ArchiveMigration {

    private static final String MANIFEST = "META-INF/MANIFEST.MF";

    private ArchiveMigration() {}

    /**
     * Writes a translated copy: a file of a file, a directory of a directory.
     *
     * @return false if nothing in the archive refers to {@code javax.servlet}; the copy is written all the same
     * @throws FileAlreadyExistsException if there is something at {@code out}
     */
    public static boolean migrate(Path in, Path out) throws IOException {
        if (!Files.exists(in)) {
            throw new NoSuchFileException(in.toString(), null, "no such archive");
        }
        if (Files.exists(out)) {
            throw new FileAlreadyExistsException(out.toString(), null, "is there already");
        }
        Path target = out.toAbsolutePath();
        Path scratch = Files.createTempDirectory(
                Files.createDirectories(target.resolveSibling(".").normalize()), ".migrate-");
        Workspace workspace = new Workspace(scratch);
        try {
            Path source = in;
            if (!Files.isDirectory(in)) {
                source = workspace.temporary("in");
                Workspace.unpack(in, source);
            }
            boolean old = JavaxReferences.in(source);
            Path translated = workspace.translate(source, "out");
            Path whole = Files.isDirectory(in) ? translated : pack(translated, scratch.resolve("out.zip"));
            Files.move(whole, target);
            return old;
        } finally {
            workspace.retain(Set.of());
            Files.delete(scratch);
        }
    }

    /** The manifest first, where readers of jars look for it. */
    private static Path pack(Path directory, Path file) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> walk = Files.walk(directory)) {
            if (Files.exists(directory.resolve(MANIFEST))) {
                add(zip, MANIFEST, directory.resolve(MANIFEST));
            }
            for (Path each : walk.filter(Files::isRegularFile).sorted().toList()) {
                String name = directory.relativize(each).toString().replace('\\', '/');
                if (!name.equals(MANIFEST)) {
                    add(zip, name, each);
                }
            }
        }
        return file;
    }

    private static void add(ZipOutputStream zip, String name, Path file) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        Files.copy(file, zip);
        zip.closeEntry();
    }
}
