// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.trapezoid.server.ServerConfig;
import org.trapezoid.server.SipServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code trapezoid check}: would it run? */
@Command(name = "check", description = "Checks the configuration and the applications without serving.")
final class CheckCommand implements Callable<Integer> {

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
        PrintWriter out = spec.commandLine().getOut();
        List<String> problems = SipServer.check(ServerConfig.read(config, Main.base()));
        if (problems.isEmpty()) {
            out.println(config + ": ok");
            return ExitCode.OK;
        }
        problems.forEach(spec.commandLine().getErr()::println);
        return ExitCode.FAILURE;
    }
}
