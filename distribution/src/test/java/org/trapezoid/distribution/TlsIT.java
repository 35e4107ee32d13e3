// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.testing.TestKeys;

/** TLS with programs of other makes: phones, and a proxy. */
class TlsIT {
    private static final String DOMAIN = "secure.test";
    private static final String PASSWORD = "secret";

    @TempDir
    private static Path keys;

    private static Path authority;
    private static Path trust;

    @TempDir
    private Path base;

    @BeforeAll
    static void makeAuthority() {
        authority = TestKeys.authority(keys, "authority.p12", "authority");
        trust = TestKeys.trust(keys, "trust.pem", authority);
    }

    private Site site() throws Exception {
        Site site = Site.in(base.resolve("server"))
                .sample("registrar")
                .sample("proxy")
                .setting("registrar", "domains", DOMAIN)
                .setting("proxy", "domains", DOMAIN);
        String names = "uri:sip:" + DOMAIN + ",ip:" + site.secured().host();
        return site.secured(TestKeys.signed(base, "server.p12", "server", authority, names), trust);
    }

    @Test
    void joinsTwoBaresipsThatTalkTls() throws Exception {
        try (Site site = site().users(DOMAIN, PASSWORD, "alice", "bob").starts();
                Baresip bob = Baresip.secured(base, "bob", DOMAIN, PASSWORD, site.secured(), true, authority, trust);
                Baresip alice =
                        Baresip.secured(base, "alice", DOMAIN, PASSWORD, site.secured(), false, authority, trust)) {
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

    @Test
    void carriesACallThroughAKamailioThatTalksTls() throws Exception {
        Endpoint own = Endpoint.free();
        Endpoint caller = Endpoint.free();
        Endpoint callee = Endpoint.free();
        Path pem = TestKeys.pem(
                base, "edge.pem", TestKeys.signed(base, "edge.p12", "edge", authority, "ip:" + own.host()), "edge");
        try (Site site = site().starts();
                Kamailio edge = Kamailio.securedBefore(base, site.secured(), own, pem, trust)) {
            try (Sipp register =
                    phone("phone-registers-by-an-edge-proxy", callee).calls(edge.endpoint())) {
                assertThat(register.ends()
                                .received("200 REGISTER")
                                .headers("Path")
                                .toString())
                        .contains(own + ";transport=tls");
            }
            try (Sipp bob = phone("callee-answers", callee).listens();
                    Sipp alice = phone("caller-talks-and-hangs-up", caller).calls(edge.endpoint())) {
                alice.ends();
                Transcript answered = bob.ends();

                assertThat(answered.received()).containsExactly("INVITE", "ACK", "BYE");
                for (String request : answered.received()) {
                    assertThat(answered.received(request).headers("Via").toString())
                            .contains("SIP/2.0/TLS " + site.secured());
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
