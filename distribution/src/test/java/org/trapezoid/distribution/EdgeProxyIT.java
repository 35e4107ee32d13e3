// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Behind an edge proxy of another make. */
class EdgeProxyIT {

    private static final String DOMAIN = "edge.test";

    @TempDir
    private Path base;

    private final Endpoint caller = Endpoint.free();
    private final Endpoint callee = Endpoint.free();

    @Test
    void registersByThePathAndCarriesACallBothWays() throws Exception {
        try (Site site = Site.in(base.resolve("server"))
                        .sample("registrar")
                        .sample("proxy")
                        .setting("registrar", "domains", DOMAIN)
                        .setting("proxy", "domains", DOMAIN)
                        .starts();
                Kamailio edge = Kamailio.before(base, site.endpoint())) {
            try (Sipp register =
                    phone("phone-registers-by-an-edge-proxy", callee).calls(edge.endpoint())) {
                assertThat(register.ends().received("200 REGISTER").header("Path"))
                        .contains(edge.endpoint().toString());
            }
            try (Sipp bob = phone("callee-answers", callee).listens();
                    Sipp alice = phone("caller-talks-and-hangs-up", caller).calls(edge.endpoint())) {
                alice.ends();
                Transcript answered = bob.ends();

                List<String> path = List.of(
                        edge.endpoint().toString(),
                        site.endpoint().toString(),
                        edge.endpoint().toString(),
                        caller.toString());
                assertThat(answered.received()).containsExactly("INVITE", "ACK", "BYE");
                for (String request : answered.received()) {
                    assertThat(answered.received(request).path()).isEqualTo(path);
                }
            }
        }
    }

    private static Sipp.Phone phone(String story, Endpoint endpoint) {
        return Sipp.phone(story, endpoint)
                .with("from", story.startsWith("phone") ? "bob@" + DOMAIN : "alice@" + DOMAIN)
                .with("to", "bob@" + DOMAIN)
                .with("domain", DOMAIN);
    }
}
