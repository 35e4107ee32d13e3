// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** Behind an edge proxy of another make: phones talk to a Kamailio, which talks to the server over the same transport. */
class EdgeProxyIT {

    private static final String DOMAIN = "edge.test";
    private static final String CLIENT = "Kamailio, edge proxy of phones";

    @TempDir
    private static Path base;

    private static Keys keys;
    private static Site site;
    private static Kamailio edge;

    @BeforeAll
    static void start() throws Exception {
        keys = Keys.in(base);
        site = Site.serving(base.resolve("server"), DOMAIN)
                .secured(keys, DOMAIN)
                .setting("registrar", "path", "liberal") // baresip does not say that it supports Path
                .users(DOMAIN, PhoneStories.PASSWORD, "alice", "bob", "carol")
                .starts();
        edge = Kamailio.before(base, site, keys);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (edge != null) {
            edge.close();
        }
        site.close();
    }

    private abstract static class Stories extends PhoneStories {
        private final Protocol protocol;

        Stories(Protocol protocol) {
            super(
                    protocol,
                    user -> new Account(user, DOMAIN, PASSWORD, protocol, edge.endpoint(protocol)),
                    keys,
                    Baresip::of);
            this.protocol = protocol;
        }

        @Override
        void played(String behaviour) {
            Interop.record(CLIENT, Tool.KAMAILIO.version(), protocol.name(), behaviour);
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
