// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.trapezoid.servlet.descriptor.ArchiveReader;

/**
 * A file or directory of the shape of JSR 289 §12. Immutable.
 *
 * @param path where it is
 * @param name its file name without the suffix
 * @param war whether its name says that it is a web application
 */
record Archive(Path path, String name, boolean war) {

    private static final String SAR = ".sar";
    private static final String WAR = ".war";

    /** What a path is called. */
    static Archive at(Path path) {
        String file = path.getFileName().toString();
        String suffix = file.toLowerCase(Locale.ROOT);
        boolean suffixed = suffix.endsWith(SAR) || suffix.endsWith(WAR);
        return new Archive(
                path, suffixed ? file.substring(0, file.length() - SAR.length()) : file, suffix.endsWith(WAR));
    }

    /** Whether it is a web application too: by its name, its web.xml, or the annotations of its classes. */
    boolean isWeb(Path root, ArchiveReader reader) throws IOException {
        return war || Files.isRegularFile(root.resolve("WEB-INF").resolve("web.xml")) || reader.servesHttp(root);
    }

    /** Whether a path in a deploy directory looks like one. */
    static boolean isOne(Path path) {
        String file = path.getFileName().toString().toLowerCase(Locale.ROOT);
        if (file.startsWith(".")) {
            return false;
        }
        return Files.isDirectory(path)
                ? Files.isDirectory(path.resolve("WEB-INF"))
                : file.endsWith(SAR) || file.endsWith(WAR);
    }

    boolean isDirectory() {
        return Files.isDirectory(path);
    }
}
