// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Finds what keeps the application router in a directory of jars from being used, without starting it. Stateless. */
public final class RouterCheck {

    private RouterCheck() {}

    /** Nothing if there is no jar, for then the default router is used. */
    public static List<String> problems(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of(directory + ": no such directory; the default application router is used");
        }
        try {
            List<Path> jars = new StillFiles(directory, ".jar").files();
            return jars.isEmpty() ? List.of() : problems(directory, jars);
        } catch (IOException e) {
            return List.of(directory + ": cannot be read: " + e);
        }
    }

    private static List<String> problems(Path directory, List<Path> jars) throws IOException {
        Path scratch = Files.createTempDirectory("trapezoid-check");
        RouterJars routers = new RouterJars(scratch);
        try {
            routers.load(directory, jars).loader().close();
            return List.of();
        } catch (BrokenArchiveException e) {
            return List.of(String.valueOf(e.getMessage()));
        } finally {
            clean(routers, scratch);
        }
    }

    private static void clean(RouterJars routers, Path scratch) {
        try {
            routers.clean(Set.of());
            Files.delete(scratch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
