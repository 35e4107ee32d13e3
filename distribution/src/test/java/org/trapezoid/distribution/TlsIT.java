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
}
