// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** Runs a SIPp scenario of {@code src/test/resources/sipp}: a phone with one part in a story. */
final class Sipp implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 15;

    private final String story;
    private final Endpoint phone;
    private final Path directory;
    private final Process process;

    private Sipp(String story, Endpoint phone, Path directory, Process process) {
        this.story = story;
        this.phone = phone;
        this.directory = directory;
        this.process = process;
    }

    /** A phone, before it plays. */
    static final class Phone {
        private final String story;
        private final Endpoint endpoint;
        private final Map<String, String> keys = new LinkedHashMap<>();
        private final List<String> options = new ArrayList<>();
        private String transport = "u1";
        private List<String> prefix = List.of();

        private Phone(String story, Endpoint endpoint) {
            this.story = story;
            this.endpoint = endpoint;
        }

        /** Sets what a scenario calls {@code [key]}. */
        Phone with(String key, String value) {
            keys.put(key, value);
            return this;
        }

        /** Whose password {@code [authentication]} is made of. */
        Phone as(String user, String password) {
            options.addAll(List.of("-au", user, "-ap", password));
            return this;
        }

        /** Which URI {@code [authentication]} is for: by itself SIPp takes the server's address, without brackets if it is IPv6. */
        Phone provingFor(String uri) {
            options.addAll(List.of("-auth_uri", uri));
            return this;
        }

        /** Begins the command so: to run it elsewhere. */
        Phone within(List<String> command) {
            prefix = List.copyOf(command);
            return this;
        }

        Phone overTcp() {
            transport = "t1";
            return this;
        }

        /** The milliseconds of {@code <pause/>}. */
        Phone pausing(long milliseconds) {
            options.addAll(List.of("-d", String.valueOf(milliseconds)));
            return this;
        }

        /** How often the story is played. */
        Phone times(int calls) {
            options.addAll(List.of("-m", String.valueOf(calls)));
            return this;
        }

        /** Plays a story that waits for requests. */
        Sipp listens() throws IOException {
            Sipp sipp = play(List.of());
            sipp.waitUntilBound(transport.equals("t1"));
            return sipp;
        }

        /** Plays a story that begins with a request to {@code server}. */
        Sipp calls(Endpoint server) throws IOException {
            return play(List.of(server.toString()));
        }

        private Sipp play(List<String> target) throws IOException {
            Path directory = Files.createTempDirectory(story);
            List<String> command = new ArrayList<>(prefix);
            command.add(Tool.SIPP.command());
            command.addAll(target);
            command.addAll(List.of("-sf", scenario(story).toString(), "-t", transport));
            command.addAll(List.of("-i", endpoint.host(), "-p", String.valueOf(endpoint.port()), "-bind_local"));
            command.addAll(List.of("-mi", endpoint.host(), "-ci", endpoint.host()));
            keys.forEach((key, value) -> command.addAll(List.of("-key", key, value)));
            if (!options.contains("-m")) {
                command.addAll(List.of("-m", "1"));
            }
            command.addAll(options);
            command.addAll(List.of("-nostdin", "-timeout", PATIENCE_SECONDS + "s", "-timeout_error"));
            command.addAll(List.of("-trace_msg", "-message_file", "messages.log"));
            command.addAll(List.of("-trace_err", "-error_file", "errors.log"));
            Process process = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("screen.log").toFile())
                    .start();
            return new Sipp(story, endpoint, directory, process);
        }
    }

    static Phone phone(String story, Endpoint endpoint) {
        return new Phone(story, endpoint);
    }

    static Path scenario(String story) {
        URL scenario = Sipp.class.getResource("/sipp/" + story + ".xml");
        assertThat(scenario).as("scenario %s", story).isNotNull();
        try {
            return Path.of(scenario.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private void waitUntilBound(boolean tcp) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(10))
                .until(() -> !process.isAlive() || Sockets.isBound(process.pid(), phone, tcp));
    }

    /** Waits for the end of the story, which must be the one that was told, and gives what the phone has seen. */
    Transcript ends() throws IOException, InterruptedException {
        boolean ended = process.waitFor(PATIENCE_SECONDS + 5, TimeUnit.SECONDS);
        Transcript transcript = seen();
        assertThat(ended ? process.exitValue() : -1)
                .as("%s at %s\n%s\n%s", story, phone, read("errors.log"), transcript)
                .isZero();
        return transcript;
    }

    /** What the phone has seen so far. */
    Transcript seen() throws IOException {
        return Transcript.ofSipp(story, read("messages.log"));
    }

    private String read(String file) throws IOException {
        Path path = directory.resolve(file);
        return Files.exists(path) ? Files.readString(path) : "";
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }
}
