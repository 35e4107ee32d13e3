// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.tomcat.jakartaee.EESpecProfiles;
import org.apache.tomcat.jakartaee.Migration;
import org.jspecify.annotations.Nullable;

/**
 * Where archives lie unpacked, and translated to Jakarta names when they are older. A directory is named by the content it
 * was made from, so an unchanged archive is used again after a restart. Confined to the deploying thread.
 */
final class Workspace {

    /** Changes when the same archive would be unpacked to something else. */
    private static final String LAYOUT = "2";

    private static final int KEY_LENGTH = 16;

    /** The translator reports every file; held here because loggers are weakly held. */
    private static final Logger TRANSLATOR = Logger.getLogger("org.apache.tomcat.jakartaee");

    static {
        TRANSLATOR.setLevel(Level.WARNING);
    }

    private final Path directory;

    Workspace(Path directory) {
        this.directory = directory;
    }

    /** The directory that holds the archive's WEB-INF, ready to load classes from. */
    Path prepare(Archive archive) throws IOException {
        if (archive.isDirectory()) {
            return JavaxReferences.in(archive.path()) ? translated(archive) : archive.path();
        }
        Path target = directory.resolve(archive.name() + "-" + key(archive.path()));
        if (!Files.isDirectory(target)) {
            Path unpacked = temporary(archive.name());
            unpack(archive.path(), unpacked);
            place(JavaxReferences.in(unpacked) ? marked(translate(unpacked, archive.name())) : unpacked, target);
            delete(unpacked);
        }
        return target;
    }

    /** A new directory with copies of libraries below its WEB-INF, ready to load classes from. */
    Path prepareLibraries(String name, List<Path> jars) throws IOException {
        Path made = temporary(name);
        Path lib = Files.createDirectories(made.resolve("WEB-INF").resolve("lib"));
        for (Path jar : jars) {
            Files.copy(jar, lib.resolve(jar.getFileName().toString()));
        }
        return JavaxReferences.in(made) ? marked(translate(made, name)) : made;
    }

    /** A directory for the files an application writes. */
    Path temporary(String name) throws IOException {
        return Files.createTempDirectory(Files.createDirectories(directory), ".tmp-" + name + "-");
    }

    /** Deletes everything but what is in use. */
    void retain(Set<Path> used) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.toList()) {
                if (!used.contains(entry)) {
                    delete(entry);
                }
            }
        }
    }

    private Path translated(Archive archive) throws IOException {
        Fingerprint state = Fingerprint.of(archive.path());
        Path target = directory.resolve(archive.name() + "-" + Long.toHexString(state.hash()) + "-" + LAYOUT);
        if (!Files.isDirectory(target)) {
            place(marked(translate(archive.path(), archive.name())), target);
        }
        return target;
    }

    /** A translated copy of a directory. */
    Path translate(Path source, String name) throws IOException {
        Path destination = temporary(name);
        Migration migration = new Migration();
        migration.setEESpecProfile(EESpecProfiles.EE);
        migration.setSource(source.toFile());
        migration.setDestination(destination.toFile());
        migration.execute();
        return destination;
    }

    /** So that the class loader knows: it may use what Java had in those days. */
    private static Path marked(Path translated) throws IOException {
        Path mark = translated.resolve(ApplicationClassLoader.TRANSLATED);
        Files.createDirectories(parentOf(mark));
        Files.createFile(mark);
        return translated;
    }

    /** In one step, so that a directory under its final name is always whole. */
    private static void place(Path made, Path target) throws IOException {
        Files.move(made, target, StandardCopyOption.ATOMIC_MOVE);
    }

    static void unpack(Path archive, Path target) throws IOException {
        try (InputStream in = Files.newInputStream(archive);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("entry " + entry.getName() + " points out of the archive");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(parentOf(file));
                    Files.copy(zip, file, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static Path parentOf(Path file) {
        Path parent = file.getParent();
        return parent == null ? file : parent;
    }

    private static String key(Path archive) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(LAYOUT.getBytes(StandardCharsets.US_ASCII));
            try (InputStream in = new DigestInputStream(Files.newInputStream(archive), digest)) {
                in.transferTo(OutputStream.nullOutputStream());
            }
            return HexFormat.of().formatHex(digest.digest()).substring(0, KEY_LENGTH);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-256", e);
        }
    }

    private static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        Files.walkFileTree(tree, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
