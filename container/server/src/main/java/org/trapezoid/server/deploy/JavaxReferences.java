// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Finds classes of the time before Jakarta: those whose constants name {@code javax/servlet}. Stateless. */
final class JavaxReferences {

    private static final byte[] NAME = "javax/servlet".getBytes(StandardCharsets.US_ASCII);

    private JavaxReferences() {}

    /** Whether a class below WEB-INF, or in a library there, refers to them. */
    static boolean in(Path root) throws IOException {
        Path webInf = root.resolve("WEB-INF");
        if (!Files.isDirectory(webInf)) {
            return false;
        }
        List<Path> files;
        try (Stream<Path> walk = Files.walk(webInf)) {
            files = walk.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            if ((name.endsWith(".class") && contains(Files.readAllBytes(file)))
                    || (name.endsWith(".jar") && inJar(file))) {
                return true;
            }
        }
        return false;
    }

    private static boolean inJar(Path jar) throws IOException {
        try (InputStream in = Files.newInputStream(jar);
                ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                if (entry.getName().endsWith(".class") && contains(zip.readAllBytes())) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean contains(byte[] bytes) {
        for (int i = 0; i <= bytes.length - NAME.length; i++) {
            int same = 0;
            while (same < NAME.length && bytes[i + same] == NAME[same]) {
                same++;
            }
            if (same == NAME.length) {
                return true;
            }
        }
        return false;
    }
}
