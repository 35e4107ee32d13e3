// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes zip files. */
public final class Zips {

    private Zips() {}

    /** One with a single entry. */
    public static Path write(Path file, String entry, String content) throws IOException {
        return write(file, Map.of(entry, content.getBytes(StandardCharsets.UTF_8)));
    }

    /** One with entries in order. */
    public static Path write(Path file, Map<String, byte[]> entries) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : new LinkedHashMap<>(entries).entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }
}
