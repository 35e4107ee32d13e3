// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server that runs in a process of its own. Closing it kills it. */
public final class RunningServer implements AutoCloseable {

    private static final Pattern READY =
            Pattern.compile("Trapezoid (\\S+) ready in (\\d+) ms: (.*); applications: (.*)");
    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final List<String> output = Collections.synchronizedList(new ArrayList<>());
    private final CompletableFuture<Matcher> ready = new CompletableFuture<>();

    private RunningServer(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "server-output");
        reader.setDaemon(true);
        reader.start();
    }

    static RunningServer ready(Process process) {
        RunningServer server = new RunningServer(process);
        try {
            server.ready.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return server;
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new AssertionError("not ready:\n" + String.join("\n", server.output), e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
                Matcher matcher = READY.matcher(line);
                if (matcher.matches()) {
                    ready.complete(matcher);
                }
            }
            ready.completeExceptionally(new IOException("the process ended"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    /** What the server has printed. */
    public List<String> output() {
        synchronized (output) {
            return List.copyOf(output);
        }
    }

    /** The version in the ready line. */
    public String version() {
        return ready.join().group(1);
    }

    /** The milliseconds in the ready line. */
    public int startMillis() {
        return Integer.parseInt(ready.join().group(2));
    }

    /** The names in the ready line. */
    public List<String> applications() {
        String names = ready.join().group(4);
        return names.equals("none") ? List.of() : List.of(names.split(", "));
    }

    /** The port in the ready line of the first listener for {@code udp}, {@code tcp} or {@code http}. */
    public int port(String protocol) {
        for (String endpoint : ready.join().group(3).split(", ")) {
            if (endpoint.startsWith(protocol + " ")) {
                return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
            }
        }
        throw new AssertionError("no " + protocol + " in " + ready.join().group());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Sends SIGTERM and gives the exit code. */
    public int terminate() throws InterruptedException {
        process.toHandle().destroy(); // that of the process would not read its last lines
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("no end after SIGTERM:\n" + String.join("\n", output()));
        }
        return process.exitValue();
    }

    /** Sends a signal that does not end it, {@code STOP} or {@code CONT}. */
    public void signal(String name) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new AssertionError("signal " + name + " not sent to " + process.pid());
        }
    }

    /** Sends SIGKILL and waits for the end. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
