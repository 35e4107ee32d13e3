// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a phone that registers hears of a registrar that knows users, RFC 3261 §10. */
class RegistrationIT {

    private static final String DOMAIN = "clients.test";
    private static final String PASSWORD = "secret";

    @TempDir
    private static Path base;

    private static Site site;

    private final Endpoint phone = Endpoint.free();

    @BeforeAll
    static void start() throws Exception {
        site = Site.serving(base, DOMAIN).users(DOMAIN, PASSWORD, "alice").starts();
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
}
