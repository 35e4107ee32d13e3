// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A proxy of another make as the next hop: alice is a subscriber of the server, bob and carol of a domain that a Kamailio serves. */
class NextHopIT {

    private static final String DOMAIN = "here.test";

    @TempDir
    private static Path base;

    private static Keys keys;
    private static Site site;
    private static Kamailio next;

    @BeforeAll
    static void start() throws Exception {
        keys = Keys.in(base);
        site = Site.serving(base.resolve("server"), DOMAIN)
                .setting("proxy", "relay", "users")
                .users(DOMAIN, PhoneStories.PASSWORD, "alice");
        List<String> domains =
                Arrays.stream(Protocol.values()).map(NextHopIT::domain).toList();
        next = Kamailio.beside(base, domains, PhoneStories.PASSWORD, site, DOMAIN, keys);
        for (Protocol protocol : Protocol.values()) {
            site.route(domain(protocol), next.endpoint(protocol), protocol);
        }
        site.secured(keys, DOMAIN).starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (next != null) {
            next.close();
        }
        site.close();
    }

    /** There is one for each protocol, since it is the domain that tells a server how to go on. */
    private static String domain(Protocol protocol) {
        return protocol.parameter() + ".there.test";
    }

    private static Account account(String user, Protocol protocol) {
        return user.equals("alice")
                ? new Account(user, DOMAIN, PhoneStories.PASSWORD, protocol, site.endpoint(protocol))
                : new Account(user, domain(protocol), PhoneStories.PASSWORD, protocol, next.endpoint(protocol));
    }

    private abstract static class Stories extends PhoneStories {
        private final Protocol protocol;

        Stories(Protocol protocol) {
            super(protocol, user -> account(user, protocol), keys, Baresip::of);
            this.protocol = protocol;
        }

        @Test
        void callsFromThere() throws IOException {
            talk(bob(), alice(), "alice");
            played("calls from there");

            alice().hangsUp();

            hears(bob(), "BYE");
            hears(alice(), "200 BYE");
        }

        @Override
        void played(String behaviour) {
            Interop.record("Kamailio, next hop to phones", Tool.KAMAILIO.version(), protocol.name(), behaviour);
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
