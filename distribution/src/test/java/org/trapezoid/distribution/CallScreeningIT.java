// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.testing.Rfc;

/** The example {@code call-screening}, which brings its own CDI, before the sample proxy. */
@Timeout(120)
class CallScreeningIT {

    @TempDir
    private Path base;

    @Test
    @Rfc(value = 8197, section = "3")
    void refusesWhoIsNotWantedAndPassesTheOthersOn() throws Exception {
        try (Site site = Site.serving(base, "a.test")
                        .example("call-screening.sar")
                        .setting("call-screening", "domains", "a.test")
                        .file("conf/screening.properties", "bob@a.test = block:tester@tests.test\n")
                        .routingBeforeProxy("call-screening")
                        .starts();
                DatagramPeer caller = new DatagramPeer(site.endpoint());
                DatagramPeer bob = new DatagramPeer(site.endpoint())) {
            bob.register("sip:bob@a.test", "<" + bob.endpoint().uri("bob") + ">");

            Wire refused = caller.ask(caller.request("INVITE", "sip:bob@a.test", "sip:bob@a.test"));
            String welcome = caller.request("INVITE", "sip:bob@a.test", "sip:bob@a.test")
                    .replace("sip:tester@tests.test", "sip:friend@tests.test");
            caller.send(welcome);
            Wire invite = bob.receive(wire -> wire.method().equals("INVITE"));
            bob.send(invite.answer("486 Busy Here", bob.endpoint().uri("bob"), ""));
            Wire busy = caller.receive(wire -> wire.status() == 486);
            caller.acknowledge(welcome, busy);

            assertThat(refused.status()).isEqualTo(607);
            try (var libraries = Files.list(Launcher.home().resolve("lib"))) {
                assertThat(libraries).noneMatch(each -> each.toString().contains("weld"));
            }
        }
    }
}
