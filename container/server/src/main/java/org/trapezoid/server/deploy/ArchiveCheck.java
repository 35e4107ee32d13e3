// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.trapezoid.servlet.descriptor.AppDescriptor;
import org.trapezoid.servlet.descriptor.ArchiveReader;
import org.trapezoid.servlet.descriptor.DeploymentException;

/** Finds what is wrong with archives without running them. Used by one thread. */
public final class ArchiveCheck {

    private final ArchiveReader reader = new ArchiveReader();
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Path> names = new HashMap<>();

    private ArchiveCheck() {}

    /** One text for each archive that would not be deployed, naming file and cause. */
    public static List<String> problems(List<Path> archives, Optional<Path> deployDirectory) {
        ArchiveCheck check = new ArchiveCheck();
        try {
            Path scratch = Files.createTempDirectory("trapezoid-check");
            Workspace workspace = new Workspace(scratch);
            try {
                archives.forEach(archive -> check.look(archive, workspace));
                if (deployDirectory.isPresent()) {
                    Path directory = deployDirectory.get();
                    try (Stream<Path> files = Files.list(directory)) {
                        files.filter(Archive::isOne).sorted().forEach(archive -> check.look(archive, workspace));
                    } catch (IOException e) {
                        check.problems.add(directory + ": cannot be read: " + e);
                    }
                }
            } finally {
                workspace.retain(Set.of());
                Files.delete(scratch);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(check.problems);
    }

    private void look(Path path, Workspace workspace) {
        try {
            Optional<AppDescriptor> descriptor = reader.read(
                    workspace.prepare(Archive.at(path)), path.getFileName().toString());
            descriptor.ifPresent(app -> {
                Path other = names.putIfAbsent(app.name(), path);
                if (other != null) {
                    problems.add(path + ": application name " + app.name() + " is also that of " + other);
                }
            });
        } catch (IOException | DeploymentException | RuntimeException | LinkageError e) {
            problems.add(String.valueOf(new BrokenArchiveException(path, e).getMessage()));
        }
    }
}
