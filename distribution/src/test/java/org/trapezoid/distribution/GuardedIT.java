// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.distribution.apps.vault.VaultServlet;

/** An application whose annotations say who may send it messages, and users of {@code trapezoid user}. */
class GuardedIT {
    private static final String REALM = "vault.test";

    @TempDir
    private static Path base;

    private static Site site;

    private final Endpoint sender = Endpoint.free();

    @BeforeAll
    static void start() throws Exception {
        site = Site.in(base).application("vault", VaultServlet.class).routing("ALL", "vault");
        site.runs("user", "add", "alice@" + REALM, "-p", "secret", "--md5", "--role", "keeper", "--role", "guest");
        site.runs("user", "add", "bob@" + REALM, "-p", "secret", "--md5", "--role", "guest");
        site.starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        site.close();
    }

    @ParameterizedTest
    @CsvSource({
        "UDP, friend-proves-itself-and-is-let-in, alice, secret, SIP/2.0 200 Welcome alice keeper",
        "TCP, friend-proves-itself-and-is-let-in, alice, secret, SIP/2.0 200 Welcome alice keeper",
        "UDP, friend-has-a-wrong-password, alice, guess, SIP/2.0 407",
        "UDP, friend-proves-itself-and-lacks-the-role, bob, secret, SIP/2.0 403"
    })
    void thePasswordAndTheRoleDecide(Protocol protocol, String story, String user, String password, String answer)
            throws Exception {
        Sipp.Phone phone = Sipp.phone(story, sender)
                .with("from", "somebody@elsewhere.test")
                .with("to", "door@" + REALM)
                .as(user, password);
        try (Sipp friend = (protocol == Protocol.TCP ? phone.overTcp() : phone).calls(site.endpoint())) {
            Transcript seen = friend.ends();

            assertThat(seen.received()).hasSize(2).first().isEqualTo("407 MESSAGE");
            assertThat(seen.allReceived(seen.received().get(1)))
                    .last()
                    .satisfies(response -> assertThat(response.text()).startsWith(answer));
        }
        Interop.record("SIPp", Tool.SIPP.version(), protocol.name(), "answers the challenge of a constraint");
    }
}
