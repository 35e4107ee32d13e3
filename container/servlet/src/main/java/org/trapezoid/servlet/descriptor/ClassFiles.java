// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.servlet.descriptor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The classes in WEB-INF/classes and WEB-INF/lib of an archive. Used by one thread. The API's own packages are left out when an
 * archive contains them: the container's come first.
 */
final class ClassFiles {
    private static final Logger log = LoggerFactory.getLogger(ClassFiles.class);

    /** By internal name; WEB-INF/classes before the libraries. */
    private final TreeMap<String, ScannedClass> classes = new TreeMap<>();

    /** Reads all classes below the root of an archive: a directory, or the root of an open zip file system. */
    static ClassFiles in(Path root) throws IOException {
        var files = new ClassFiles();
        var directory = root.resolve("WEB-INF/classes");
        if (Files.isDirectory(directory)) {
            files.addDirectory(directory);
        }
        var libraries = root.resolve("WEB-INF/lib");
        if (Files.isDirectory(libraries)) {
            for (Path library : below(libraries, 1, ".jar")) {
                files.addLibrary(library);
            }
        }
        return files;
    }

    Iterable<ScannedClass> all() {
        return classes.values();
    }

    /** An annotation of a class, or of the nearest superclass in this archive that has it. */
    Optional<AnnotationValues> inherited(ScannedClass start, String annotation) {
        Optional<ScannedClass> each = Optional.of(start);
        while (each.isPresent()) {
            var values = each.get().annotation(annotation);
            if (values.isPresent()) {
                return values;
            }
            each = each.get().superName().map(classes::get);
        }
        return Optional.empty();
    }

    /** Whether a class or what it inherits from in this archive has an interface of the container that ends with the suffix. */
    Inheritance inherits(ScannedClass start, String suffix) {
        var result = Inheritance.NO;
        var pending = new ArrayList<>(start.interfaces());
        start.superName().ifPresent(pending::add);
        while (!pending.isEmpty()) {
            var name = pending.remove(pending.size() - 1);
            var known = classes.get(name);
            if (isOfContainer(name)) {
                if (name.endsWith(suffix)) {
                    return Inheritance.YES;
                }
            } else if (known != null) {
                pending.addAll(known.interfaces());
                known.superName().ifPresent(pending::add);
            } else if (!name.startsWith("java/")) {
                result = Inheritance.UNKNOWN; // a class of the container's class path, or one that is missing
            }
        }
        return result;
    }

    /** An answer that the archive alone may not give. */
    enum Inheritance {
        YES,
        NO,
        UNKNOWN
    }

    private void addDirectory(Path directory) throws IOException {
        for (Path file : below(directory, Integer.MAX_VALUE, ".class")) {
            add(Files.readAllBytes(file), file.toString());
        }
    }

    private void addLibrary(Path library) throws IOException {
        try (var zip = new ZipInputStream(Files.newInputStream(library))) {
            ZipEntry entry;
            while ((entry = zip.getNextEntry()) != null) {
                var name = entry.getName();
                if (name.endsWith(".class") && !name.startsWith("META-INF/")) {
                    add(zip.readAllBytes(), library.getFileName() + "!" + name);
                }
            }
        }
    }

    private static List<Path> below(Path directory, int depth, String suffix) throws IOException {
        try (var paths = Files.walk(directory, depth)) {
            return paths.filter(path -> path.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private void add(byte[] classFile, String where) {
        try {
            var scanned = ScannedClass.read(classFile);
            if (!isOfContainer(scanned.internalName())) {
                classes.putIfAbsent(scanned.internalName(), scanned);
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            log.warn("{} is not a class file that can be scanned: {}", where, e.toString());
        }
    }

    private static boolean isOfContainer(String internalName) {
        return internalName.startsWith("jakarta/servlet/");
    }
}
