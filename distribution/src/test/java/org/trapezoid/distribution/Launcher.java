// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Runs {@code bin/trapezoid} of the unpacked distribution, with a base directory of its own. */
public final class Launcher {

    private static final long PATIENCE_SECONDS = 60;

    private final Path base;
    private final Map<String, String> environment = new HashMap<>();
    private List<String> prefix = List.of();
    private Path home = home();

    /** What came of a command. */
    public record Outcome(int exitCode, String out, String err) {}

    private Launcher(Path base) {
        this.base = base;
    }

    /** The installation under test. */
    public static Path home() {
        return Path.of(System.getProperty("trapezoid.distribution", "target/trapezoid"))
                .toAbsolutePath();
    }

    /** A launcher whose base holds a copy of the shipped configuration and nothing to deploy. */
    public static Launcher in(Path base) throws IOException {
        copy(home().resolve("conf"), base.resolve("conf"));
        Files.createDirectories(base.resolve("deploy"));
        return new Launcher(base)
                .with("TRAPEZOID_BASE", base.toString())
                .with("TRAPEZOID_SIP_PORT", "0")
                .with("TRAPEZOID_HTTP_PORT", "0");
    }

    /** The base directory. */
    public Path base() {
        return base;
    }

    /** Sets a variable of the environment. */
    public Launcher with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    /** Runs another version from now on. */
    public Launcher installedAt(Path newHome) {
        home = newHome.toAbsolutePath();
        return this;
    }

    /** Begins every command so: to run it elsewhere. */
    public Launcher within(List<String> command) {
        prefix = List.copyOf(command);
        return this;
    }

    /** Runs a command to its end. */
    public Outcome run(String... arguments) throws IOException, InterruptedException {
        Path out = Files.createTempFile(base, "out", ".txt");
        Path err = Files.createTempFile(base, "err", ".txt");
        Process process = builder(arguments)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        process.getOutputStream().close();
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("no end: " + String.join(" ", arguments) + "\n" + Files.readString(out));
        }
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Starts {@code trapezoid run} and waits for its ready line. */
    public RunningServer start() throws IOException {
        Process process = builder("run").redirectErrorStream(true).start();
        return RunningServer.ready(process);
    }

    private ProcessBuilder builder(String... arguments) {
        ProcessBuilder builder = new ProcessBuilder(Stream.of(
                        prefix.stream(), Stream.of(home.resolve("bin/trapezoid").toString()), Stream.of(arguments))
                .flatMap(part -> part)
                .toList());
        for (String name : List.of("TRAPEZOID_HOME", "TRAPEZOID_HOST", "JAVA_OPTS")) {
            builder.environment().remove(name);
        }
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        return builder.directory(base.toFile());
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                try {
                    Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
