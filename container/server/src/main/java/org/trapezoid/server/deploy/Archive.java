// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A file or directory of the shape of JSR 289 §12. Immutable.
 *
 * @param path where it is
 * @param name its file name without the suffix
 * @param web whether it is a web application too
 */
record Archive(Path path, String name, boolean web) {

    private static final String SAR = ".sar";
    private static final String WAR = ".war";

    /** What a path is called; a directory is a web application when it has a web.xml. */
    static Archive at(Path path) {
        String file = path.getFileName().toString();
        String suffix = file.toLowerCase(Locale.ROOT);
        boolean suffixed = suffix.endsWith(SAR) || suffix.endsWith(WAR);
        boolean web = suffix.endsWith(WAR)
                || Files.isRegularFile(path.resolve("WEB-INF").resolve("web.xml"));
        return new Archive(path, suffixed ? file.substring(0, file.length() - SAR.length()) : file, web);
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
