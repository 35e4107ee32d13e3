// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A program that a test started, with its output; closing ends it. */
final class Child implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final String name;
    private final Path output;
    private final Process process;

    private Child(String name, Path output, Process process) {
        this.name = name;
        this.output = output;
        this.process = process;
    }

    /** Starts a command in a directory. */
    static Child start(Path directory, List<String> command) throws IOException {
        return start(directory, command, ProcessBuilder.Redirect.from(new File("/dev/null")));
    }

    /** Starts a command whose home is a directory, and that is told what to do. */
    static Child driven(Path directory, List<String> command) throws IOException {
        return start(directory, command, ProcessBuilder.Redirect.PIPE);
    }

    private static Child start(Path directory, List<String> command, ProcessBuilder.Redirect input) throws IOException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(input);
        builder.environment().put("HOME", directory.toString());
        builder.environment().put("PULSE_RUNTIME_PATH", directory.toString()); // else it has a directory elsewhere
        return new Child(command.get(0), output, builder.start());
    }

    /** Writes a line to one that is {@link #driven}. */
    void reads(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** What it has printed so far. */
    String output() {
        try {
            return new String(Files.readAllBytes(output), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Waits until it has printed a text. */
    void prints(String text) {
        Awaitility.await(name + " prints " + text)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> output().contains(text) || !process.isAlive());
        assertThat(output()).as(name).contains(text);
    }

    /** Waits for the end and gives the exit code. */
    int ends() throws InterruptedException {
        assertThat(process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                .as(() -> name + " does not end:\n" + output())
                .isTrue();
        return process.exitValue();
    }

    /** Ends it if it does not end by itself in time. */
    void close(Duration patience) throws InterruptedException {
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            close();
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(2, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
    }
}
