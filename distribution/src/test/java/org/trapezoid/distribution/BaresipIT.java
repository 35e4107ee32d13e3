// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The stories of {@link PhoneStories} with baresip, and what is heard. */
class BaresipIT {

    private static final String DOMAIN = "baresip.test";

    @TempDir
    private static Path base;

    private static Keys keys;
    private static Site site;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() throws Exception {
        keys = Keys.in(base);
        site = Site.serving(base.resolve("server"), DOMAIN)
                .secured(keys, DOMAIN)
                .users(DOMAIN, PhoneStories.PASSWORD, "alice", "bob", "carol", "dave", "erin")
                .starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        site.close();
    }

    @ParameterizedTest
    @EnumSource(Protocol.class)
    void joinsTwoWhoHearEachOther(Protocol protocol) throws Exception {
        try (Baresip erin = Baresip.answering(directory, account("erin", protocol), keys);
                Baresip dave = Baresip.of(directory, account("dave", protocol), keys, false)) {
            dave.dials("sip:erin@" + DOMAIN);
            dave.talks();
            erin.talks();
            dave.hears();
            erin.hears();
            dave.hangsUp();

            assertThat(List.of(dave.media(), erin.media())).allSatisfy(media -> {
                assertThat(media.sent()).isGreaterThan(10);
                assertThat(media.received()).isGreaterThan(10);
            });
            Interop.record(dave.name(), dave.version(), protocol.name(), "hears and is heard");
        }
    }

    private static Account account(String user, Protocol protocol) {
        return new Account(user, DOMAIN, PhoneStories.PASSWORD, protocol, site.endpoint(protocol));
    }

    private abstract static class Stories extends PhoneStories {
        Stories(Protocol protocol) {
            super(protocol, user -> account(user, protocol), keys, Baresip::of);
        }
    }

    @Nested
    class OverUdp extends Stories {
        OverUdp() {
            super(Protocol.UDP);
        }
    }

    @Nested
    class OverTcp extends Stories {
        OverTcp() {
            super(Protocol.TCP);
        }
    }

    @Nested
    class OverTls extends Stories {
        OverTls() {
            super(Protocol.TLS);
        }
    }
}
