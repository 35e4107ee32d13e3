// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** A {@code .sar} file made of the classes of one package of the tests. */
final class Sar {

    private Sar() {}

    /** Writes the package of {@code servlet} as an archive, {@code <name>.sar} in {@code directory}. */
    static Path write(Path directory, String name, Class<?> servlet) throws IOException {
        String folder = servlet.getPackageName().replace('.', '/');
        Path sar = directory.resolve(name + ".sar");
        try (OutputStream out = Files.newOutputStream(sar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Path file : classes(servlet, folder)) {
                zip.putNextEntry(new ZipEntry("WEB-INF/classes/" + folder + "/" + file.getFileName()));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
        return sar;
    }

    private static List<Path> classes(Class<?> servlet, String folder) throws IOException {
        URL root = servlet.getProtectionDomain().getCodeSource().getLocation();
        try (Stream<Path> files = Files.list(Path.of(new URI(root.toString())).resolve(folder))) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
