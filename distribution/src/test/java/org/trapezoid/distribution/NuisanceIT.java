// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Scanners and guessers of sipvicious, as every server on a public address sees them. */
@Timeout(120)
class NuisanceIT {

    private static final String DOMAIN = "nuisance.test";
    private static final String PASSWORD = "secret";
    private static final List<String> USERS = List.of("alice", "bob");

    @TempDir
    private static Path base;

    private static Site site;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() throws Exception {
        site = Site.serving(base.resolve("server"), DOMAIN)
                .users(DOMAIN, PASSWORD, "alice", "bob")
                .starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        site.close();
    }

    @Test
    void learnsNothingAndHarmsNoCall() throws Exception {
        Path names = Files.write(directory.resolve("names"), names());
        Path words = Files.write(directory.resolve("words"), List.of("1234", "alice", "password", "letmein"));
        Keys keys = Keys.in(base);
        try (Baresip bob = Baresip.answering(directory, account("bob"), keys);
                Baresip alice = Baresip.of(directory, account("alice"), keys, false)) {
            alice.dials("sip:bob@" + DOMAIN);
            alice.talks();
            alice.hears();
            bob.hears();
            int logged = site.server().output().size();
            int messages = bob.transcript().messages().size();

            try (Child map = nuisance(Tool.SVMAP, "-p", port(), host());
                    Child register = nuisance(Tool.SVWAR, "--force", "-m", "REGISTER", "-d", names.toString());
                    Child invite = nuisance(Tool.SVWAR, "--force", "-m", "INVITE", "-d", names.toString());
                    Child options = nuisance(Tool.SVWAR, "--force", "-m", "OPTIONS", "-d", names.toString());
                    Child crack = nuisance(Tool.SVCRACK, "-u", "alice", "--domain", DOMAIN, "-d", words.toString())) {
                for (Child each : List.of(map, register, invite, options, crack)) {
                    each.ends();
                }

                assertThat(map.output()).contains(site.endpoint().toString());
                for (Child war : List.of(register, invite, options)) {
                    assertThat(found(war)).as(war::output).isEmpty();
                }
                assertThat(found(crack)).as(crack::output).isEmpty();
            }

            List<String> log = site.server().output();
            assertThat(log.subList(logged, log.size())).isEmpty();
            assertThat(bob.transcript().messages())
                    .as("nothing reaches a phone")
                    .hasSize(messages);
            alice.hangsUp();
            Baresip.Media sent = alice.media();
            Baresip.Media heard = bob.media();
            assertThat(heard.received()).isGreaterThan(100).isGreaterThan(sent.sent() * 9 / 10);
        }
        for (String behaviour : List.of("maps", "guesses users", "guesses passwords")) {
            Interop.record("sipvicious", Tool.SVMAP.version(), "UDP", behaviour + ", and learns nothing");
        }
    }

    /** That it finds nothing means something: it does find what is right. */
    @Test
    void getsInWithTheRightPassword() throws Exception {
        Path words = Files.write(directory.resolve("words"), List.of("1234", PASSWORD, "letmein"));

        try (Child crack = nuisance(Tool.SVCRACK, "-u", "alice", "--domain", DOMAIN, "-d", words.toString())) {
            crack.ends();

            assertThat(found(crack)).as(crack::output).containsExactly("alice");
        }
    }

    /** Those who exist are among many that do not. */
    private static List<String> names() {
        List<String> names = new ArrayList<>(USERS);
        for (int i = 100; i < 300; i++) {
            names.add("user" + i);
        }
        return names;
    }

    private static Account account(String user) {
        return new Account(user, DOMAIN, PASSWORD, Protocol.UDP, site.endpoint());
    }

    private static String host() {
        return site.endpoint().host();
    }

    private static String port() {
        return String.valueOf(site.endpoint().port());
    }

    /** Runs one from an address of its own. */
    private Child nuisance(Tool tool, String... arguments) throws IOException {
        Endpoint own = Endpoint.free();
        List<String> command = new ArrayList<>(List.of(tool.command(), "-b", own.host(), "-P"));
        command.add(String.valueOf(own.port()));
        command.addAll(List.of(arguments));
        if (tool != Tool.SVMAP) {
            command.addAll(List.of("-p", port(), host()));
        }
        return Child.start(Files.createTempDirectory(directory, tool.name()), command);
    }

    /** The names in the table at the end. */
    private static List<String> found(Child nuisance) {
        return nuisance.output()
                .lines()
                .filter(line -> line.startsWith("| "))
                .map(line -> line.split("\\|")[1].strip())
                .filter(name -> !name.equals("Extension"))
                .toList();
    }
}
