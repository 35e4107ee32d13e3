// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.sip.auth.DigestAlgorithm;

/** Who watches registrations, as the shipped router and registrar serve it (RFC 3680). */
class RegistrationEventsIT {

    private static final String DOMAIN = "watched.test";
    private static final String ALICE = "sip:alice@" + DOMAIN;

    @TempDir
    private static Path base;

    @TempDir
    private static Path elsewhere;

    private static Site site;

    @BeforeAll
    static void start() throws IOException {
        site = Site.serving(base, DOMAIN).starts();
    }

    @AfterAll
    static void stop() throws InterruptedException {
        site.close();
    }

    @Test
    void tellsASubscriberWhenAPhoneRegistersAndLeaves() throws Exception {
        try (DatagramPeer watcher = new DatagramPeer(site.endpoint());
                DatagramPeer phone = new DatagramPeer(site.endpoint())) {
            Wire accepted = watcher.ask(watcher.request("SUBSCRIBE", ALICE, ALICE) + "Event: reg\nExpires: 600\n");
            Wire init = notified(watcher);
            phone.register(ALICE, "<sip:alice@" + phone.endpoint() + ">");
            Wire bound = notified(watcher); // five seconds after the first
            phone.register(ALICE, "<sip:alice@" + phone.endpoint() + ">;expires=0");
            Wire unbound = notified(watcher);

            assertThat(accepted.status()).isEqualTo(200);
            assertThat(init.header("Subscription-State")).isEqualTo("active;expires=600");
            assertThat(init.text()).contains("version=\"0\"", "state=\"full\"", "state=\"init\"");
            assertThat(bound.text())
                    .contains(
                            "version=\"1\"",
                            "state=\"partial\"",
                            "event=\"registered\"",
                            ">sip:alice@" + phone.endpoint());
            assertThat(unbound.text()).contains("version=\"2\"", "event=\"unregistered\"", "state=\"terminated\"");
        }
    }

    @Test
    void leavesOtherPackagesToThePhones() throws Exception {
        try (DatagramPeer watcher = new DatagramPeer(site.endpoint())) {
            String bob = "sip:bob@" + DOMAIN;
            Wire answer = watcher.ask(watcher.request("SUBSCRIBE", bob, bob) + "Event: presence\nExpires: 600\n");

            assertThat(answer.status()).isIn(404, 480); // the proxy looked for a phone; the registrar says 489
        }
    }

    /** One user of ours asks another domain's registrar; each application in the chain asks who it is, and it answers once. */
    @Test
    void sendsWhatAUserAsksOfAnotherDomainThere() throws Exception {
        try (DatagramPeer registrar = new DatagramPeer(site.endpoint());
                Site other = Site.serving(elsewhere, DOMAIN)
                        .setting("proxy", "relay", "users")
                        .users(DOMAIN, "secret", "alice")
                        .route("other.test", registrar.endpoint())
                        .starts();
                DatagramPeer watcher = new DatagramPeer(other.endpoint())) {
            String uri = "sip:bob@other.test";
            String subscribe =
                    watcher.request("SUBSCRIBE", uri, uri).replace("<sip:tester@tests.test>", "<" + ALICE + ">")
                            + "Event: reg\nExpires: 600\n";
            Wire challenge = watcher.ask(subscribe);
            watcher.send(subscribe.replace("CSeq: 1", "CSeq: 2").replace("branch=z9hG4bK", "branch=z9hG4bKagain")
                    + "Proxy-Authorization: " + credentials(challenge.text(), uri) + "\n");
            Wire there = registrar.receive(message -> message.name().equals("SUBSCRIBE"));
            registrar.acceptBySentBy(there);
            Wire accepted = watcher.receive(message -> message.status() >= 200);

            assertThat(challenge.status()).isEqualTo(407);
            assertThat(there.header("Event")).isEqualTo("reg");
            assertThat(accepted.status()).isEqualTo(200);
        }
    }

    private static String credentials(String challenge, String uri) {
        String nonce = challenge.replaceFirst("(?s).*nonce=\"([^\"]*)\".*", "$1");
        DigestAlgorithm md5 = DigestAlgorithm.MD5;
        // RFC 7616 §3.4: each is a hash of its parts with colons between
        String response =
                md5.ha1(md5.ha1("alice", DOMAIN, "secret"), nonce + ":00000001:c:auth", md5.userhash("SUBSCRIBE", uri));
        return "Digest username=\"alice\", realm=\"" + DOMAIN + "\", nonce=\"" + nonce + "\", uri=\"" + uri
                + "\", response=\"" + response + "\", algorithm=MD5, qop=auth, nc=00000001, cnonce=\"c\"";
    }

    private static Wire notified(DatagramPeer watcher) throws IOException {
        Wire notify = watcher.receive(message -> message.name().equals("NOTIFY"));
        watcher.send(notify.ok("peer").replace(";tag=peer", "")); // it has one
        return notify;
    }
}
