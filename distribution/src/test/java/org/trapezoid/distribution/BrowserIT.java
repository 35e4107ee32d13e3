// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Phones in web pages, made with JsSIP and SIP.js: SIP over WebSocket (RFC 7118), media as WebRTC has it. */
class BrowserIT {

    private static final String DOMAIN = "browser.test";
    private static final String PASSWORD = "secret";

    @TempDir
    private static Path base;

    private static Site site;
    private static Browser browser;
    private static Browser.Phone alice;
    private static Browser.Phone bob;

    @TempDir
    private Path directory;

    @BeforeAll
    static void start() throws Exception {
        site = Site.in(base)
                .sample("registrar")
                .sample("proxy")
                .setting("registrar", "domains", DOMAIN)
                .setting("proxy", "domains", DOMAIN)
                .users(DOMAIN, PASSWORD, "alice", "bob", "carol")
                .starts();
        browser = Browser.at(site.endpoint().host(), base);
        String url = "ws://" + site.endpoint().host() + ":" + site.server().port("ws") + "/";
        alice = browser.phone(Browser.Library.JSSIP).registers(url, "alice", DOMAIN, PASSWORD);
        bob = browser.phone(Browser.Library.SIPJS).registers(url, "bob", DOMAIN, PASSWORD);
    }

    @AfterAll
    static void stop() throws InterruptedException {
        if (browser != null) {
            browser.close();
        }
        if (site != null) {
            site.close();
        }
    }

    @Test
    void callsFromJsSipToSipJsWithSoundBothWaysUntilTheCallerHangsUp() {
        alice.dials("sip:bob@" + DOMAIN);
        bob.talks();
        alice.hears();
        bob.hears();

        alice.hangsUp();

        bob.ends();
    }

    @Test
    void callsFromSipJsToJsSipWithSoundBothWaysUntilTheCalledOneHangsUp() {
        bob.dials("sip:alice@" + DOMAIN);
        alice.talks();
        alice.hears();
        bob.hears();

        alice.hangsUp();

        bob.ends();
    }

    @Test
    void sendsMessagesBothWays() {
        alice.sends("sip:bob@" + DOMAIN, "Hello Bob");
        bob.reads("Hello Bob");

        bob.sends("sip:alice@" + DOMAIN, "Grüße, Alice");
        alice.reads("Grüße, Alice");
    }

    @Test
    void talksWithAPhoneOnUdpWhoeverCalls() throws Exception {
        try (Baresip carol = Baresip.secure(directory, "carol", DOMAIN, PASSWORD, site.endpoint())) {
            alice.dials("sip:carol@" + DOMAIN);
            carol.talks();
            alice.hears();
            carol.hears();
            alice.hangsUp();

            Baresip.Media media = carol.media();
            assertThat(List.of(media.sent(), media.received())).allMatch(packets -> packets > 10);

            carol.dials("sip:bob@" + DOMAIN);
            bob.talks();
            bob.hears();
            carol.hangsUp();
            bob.ends();
        }
    }
}
