// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.trapezoid.server.deploy.ArchiveMigration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code trapezoid migrate}: an archive that uses {@code javax.servlet} becomes one that uses {@code jakarta.servlet}. */
@Command(
        name = "migrate",
        description =
                "Writes a copy of an archive that uses jakarta.servlet instead of javax.servlet, as deploying does.")
final class MigrateCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "IN", description = "The archive: a file or a directory.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path in;

    @Parameters(index = "1", paramLabel = "OUT", description = "The copy; there must be nothing yet.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path out;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        boolean old;
        try {
            old = ArchiveMigration.migrate(in, out);
        } catch (FileSystemException e) {
            String reason = e.getReason();
            spec.commandLine().getErr().println(e.getFile() + ": " + (reason == null ? e.toString() : reason));
            return ExitCode.FAILURE;
        }
        spec.commandLine()
                .getOut()
                .println(out + (old ? ": translated" : ": copied; nothing in " + in + " refers to javax.servlet"));
        return ExitCode.OK;
    }
}
