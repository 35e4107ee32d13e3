// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that people use, with a server that has users: everybody proves who it is. */
class ClientsIT {

    private static final String DOMAIN = "clients.test";
    private static final String PASSWORD = "secret";

    @TempDir
    private static Path base;

    @TempDir
    private Path directory;

    private static Site site;

    private final Endpoint phone = Endpoint.free();

    @BeforeAll
    static void start() throws Exception {
        site = Site.in(base)
                .sample("registrar")
                .sample("proxy")
                .setting("registrar", "domains", DOMAIN)
                .setting("proxy", "domains", DOMAIN)
                .users(DOMAIN, PASSWORD, "alice", "bob")
                .starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        site.close();
    }

    @Test
    void registersRefreshesAndRemovesAPhoneThatKnowsThePassword() throws Exception {
        try (Sipp alice = Sipp.phone("phone-registers-refreshes-and-leaves", phone)
                .with("from", "alice@" + DOMAIN)
                .with("domain", DOMAIN)
                .as("alice", PASSWORD)
                .calls(site.endpoint())) {
            Transcript seen = alice.ends();

            List<Wire> answers = seen.allReceived("200 REGISTER");
            assertThat(answers).hasSize(3);
            assertThat(answers.get(0).headers("Contact")).hasSize(1);
            assertThat(answers.get(1).headers("Contact")).hasSize(1);
            assertThat(answers.get(2).headers("Contact")).isEmpty();
            assertThat(seen.received("423 REGISTER").header("Min-Expires")).isEqualTo("60");
            assertThat(seen.received("401 REGISTER").header("WWW-Authenticate"))
                    .startsWith("Digest ")
                    .contains("realm=\"" + DOMAIN + "\"");
        }
    }

    @Test
    void refusesAWrongPassword() throws Exception {
        try (Sipp alice = Sipp.phone("phone-registers-with-a-wrong-password", phone)
                .with("from", "alice@" + DOMAIN)
                .with("domain", DOMAIN)
                .as("alice", "not " + PASSWORD)
                .calls(site.endpoint())) {
            assertThat(alice.ends().received()).containsOnly("401 REGISTER");
        }
    }

    @Test
    void answersThePingOfSipsak() throws Exception {
        try (Child sipsak = Child.start(
                directory,
                List.of(
                        Tool.SIPSAK.command(),
                        "-vv",
                        "-H",
                        phone.host(),
                        "-l",
                        String.valueOf(phone.port()),
                        "-r",
                        String.valueOf(site.endpoint().port()), // in the URI it would be cut to four digits
                        "-s",
                        "sip:" + site.endpoint().host()))) {
            assertThat(sipsak.ends()).as(sipsak::output).isZero();
            assertThat(sipsak.output()).contains("SIP/2.0 200");
        }
    }

    @Test
    void joinsTwoBaresipsWhoHearEachOther() throws Exception {
        try (Baresip bob = Baresip.of(directory, "bob", DOMAIN, PASSWORD, site.endpoint(), true);
                Baresip alice = Baresip.of(directory, "alice", DOMAIN, PASSWORD, site.endpoint(), false)) {
            alice.dials("sip:bob@" + DOMAIN);
            alice.talks();
            bob.talks();
            alice.hears();
            bob.hears();
            alice.hangsUp();

            assertThat(List.of(alice.media(), bob.media())).allSatisfy(media -> {
                assertThat(media.sent()).isGreaterThan(10);
                assertThat(media.received()).isGreaterThan(10);
            });
        }
    }
}
