// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.server.cli;

import java.nio.file.Path;
import org.trapezoid.server.ConfigException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry point of {@code bin/trapezoid}. Used by the main thread. */
@Command(
        name = "trapezoid",
        description = "A SIP Servlet application server.",
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            PrepareCommand.class,
            VersionCommand.class,
            UserCommand.class,
            MigrateCommand.class
        },
        mixinStandardHelpOptions = true,
        version = "see: trapezoid version",
        exitCodeOnInvalidInput = ExitCode.USAGE,
        exitCodeOnExecutionException = ExitCode.FAILURE)
public final class Main implements Runnable {

    private static final String COMMON_POOL = "java.util.concurrent.ForkJoinPool.common.parallelism";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /** Runs a command and ends the process with its exit code. */
    public static void main(String... args) {
        widenCommonPool();
        if (args.length > 0 && (args[0].equals("run") || args[0].equals("prepare"))) {
            Preload.start();
        }
        System.exit(commandLine().execute(args));
    }

    /** With less than two threads Java starts a new one for each asynchronous step, of which each save to the cluster has some. */
    private static void widenCommonPool() {
        int threads = Math.max(2, Runtime.getRuntime().availableProcessors() - 1);
        if (System.getProperty(COMMON_POOL) == null) {
            System.setProperty(COMMON_POOL, Integer.toString(threads));
        }
    }

    /** The command line with its rules about failures. */
    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler((failure, command, parsed) -> {
            if (failure instanceof ConfigException wrong) {
                wrong.problems().forEach(command.getErr()::println);
                return ExitCode.CONFIGURATION;
            }
            command.getErr().println(failure.getMessage() == null ? failure.toString() : failure.getMessage());
            return ExitCode.FAILURE;
        });
        return line;
    }

    /** The directory with conf, deploy, logs and data: {@code TRAPEZOID_BASE}, as the launcher passes it on. */
    static Path base() {
        return Path.of(System.getProperty("trapezoid.base", "."))
                .toAbsolutePath()
                .normalize();
    }

    /** The configuration file, unless a command is told another one. */
    static Path configFile() {
        return base().resolve("conf").resolve("trapezoid.xml");
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Missing command; expected run, check, prepare, version, user or migrate");
    }
}
