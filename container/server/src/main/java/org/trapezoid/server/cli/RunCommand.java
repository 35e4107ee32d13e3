// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import org.trapezoid.server.ServerConfig;
import org.trapezoid.server.SipServer;
import org.trapezoid.server.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code trapezoid run}: serves until the process is told to end. */
@Command(name = "run", description = "Runs the server until SIGTERM or SIGINT.")
final class RunCommand implements Callable<Integer> {

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "The configuration; default: conf/trapezoid.xml.")
    private Path config = Main.configFile();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        SipServer server = SipServer.create(ServerConfig.read(config, Main.base()));
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "shutdown"));
        spec.commandLine().getOut().println(readyLine(server));
        server.awaitStop();
        return ExitCode.OK;
    }

    /** What tells an operator, and the scripts that wait for it, that the server serves. */
    static String readyLine(SipServer server) {
        Duration sinceStart = ProcessHandle.current()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, Instant.now()))
                .orElse(Duration.ZERO);
        return "Trapezoid " + Version.current() + " ready in " + sinceStart.toMillis() + " ms: "
                + server.endpoints().stream().collect(Collectors.joining(", ")) + "; applications: "
                + (server.applications().isEmpty() ? "none" : String.join(", ", server.applications()));
    }

    /** In the shutdown hook: a JVM ended by a signal reports 128 + its number unless the hook says otherwise. */
    private static void stop(SipServer server) {
        int code = ExitCode.OK;
        try {
            server.stop();
        } catch (RuntimeException e) {
            LoggerFactory.getLogger(RunCommand.class).error("the server did not stop cleanly", e);
            code = ExitCode.FAILURE;
        }
        System.out.flush();
        Runtime.getRuntime().halt(code);
    }
}
