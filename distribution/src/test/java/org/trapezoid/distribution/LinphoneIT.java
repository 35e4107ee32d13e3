// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stories of {@link PhoneStories} with liblinphone, which uses the GRUU that the registrar gives it as its Contact (RFC 5627). */
class LinphoneIT {

    private static final String DOMAIN = "linphone.test";

    @TempDir
    private static Path base;

    private static Keys keys;
    private static Site site;

    @BeforeAll
    static void start() throws Exception {
        keys = Keys.in(base);
        site = Site.serving(base.resolve("server"), DOMAIN)
                .secured(keys, DOMAIN)
                .users(DOMAIN, PhoneStories.PASSWORD, "alice", "bob", "carol")
                .starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        site.close();
    }

    private abstract static class Stories extends PhoneStories {
        Stories(Protocol protocol) {
            super(
                    protocol,
                    user -> new Account(user, DOMAIN, PASSWORD, protocol, site.endpoint(protocol)),
                    keys,
                    Linphone::of);
        }

        @Test
        void sendsAMessage() throws IOException {
            ((Linphone) alice()).sends(uri("bob"), "Hello Bob");

            hears(alice(), "200 MESSAGE");
            ((Linphone) bob()).shows("Hello Bob");
            played("sends and shows a message");
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
