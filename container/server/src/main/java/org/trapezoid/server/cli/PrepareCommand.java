// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.trapezoid.server.ServerConfig;
import org.trapezoid.server.SipServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code trapezoid prepare}: starts the server and stops it as soon as it is ready. Meanwhile the launcher lets the Java runtime note
 * which classes a start loads; it writes them into an archive as this process ends, and every later start maps that.
 */
@Command(
        name = "prepare",
        description = "Starts and stops the server once, so that later starts with this Java are faster.")
final class PrepareCommand implements Callable<Integer> {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The configuration; default: conf/trapezoid.xml.")
    private Path config = Main.configFile();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() {
        try (SipServer server = SipServer.create(ServerConfig.read(config, Main.base()))) {
            server.start();
            spec.commandLine().getOut().println(RunCommand.readyLine(server));
        }
        return ExitCode.OK;
    }
}
