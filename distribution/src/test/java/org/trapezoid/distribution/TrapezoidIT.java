// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trapezoid of RFC 3261 §4: two phones, two domains, a proxy for each; none of the proxies record-routes. */
class TrapezoidIT {

    @TempDir
    private static Path base;

    private static Site siteA;
    private static Site siteB;
    private static Tap tapB;

    private final Endpoint phone1 = Endpoint.free();
    private final Endpoint phone2 = Endpoint.free();

    @BeforeAll
    static void start() throws IOException {
        siteB = site("b").starts();
        tapB = Tap.before("server b", siteB.endpoint());
        siteA = site("a").route("b.test", tapB.endpoint()).starts();
    }

    private static Site site(String name) throws IOException {
        return Site.in(base.resolve(name))
                .sample("registrar")
                .sample("proxy")
                .setting("registrar", "domains", name + ".test")
                .setting("proxy", "domains", name + ".test")
                .setting("proxy", "relay", "everybody")
                .setting("proxy", "record-route", "false");
    }

    @AfterAll
    static void stop() throws InterruptedException {
        siteA.close();
        siteB.close();
        tapB.close();
    }

    @Test
    void setsACallUpByTwoServersAndLeavesTheRestToThePhones() throws Exception {
        try (DatagramPeer registrations = new DatagramPeer(siteB.endpoint())) {
            registrations.register("sip:user2@b.test", "<" + phone2.uri("user2") + ">");
        }

        Transcript heard;
        Transcript answered;
        try (Sipp user2 = phone("callee-hangs-up-directly", phone2).pausing(300).listens();
                Sipp user1 =
                        phone("caller-talks-directly-until-hung-up-on", phone1).calls(siteA.endpoint())) {
            heard = user1.ends();
            answered = user2.ends();
        }

        assertThat(heard.received()).containsExactly("100 INVITE", "180 INVITE", "200 INVITE", "BYE");
        assertThat(answered.received()).containsExactly("INVITE", "ACK", "200 BYE");
        assertThat(tapB.transcript().received()).containsExactly("INVITE");
        assertThat(tapB.transcript().sent()).containsExactly("100 INVITE", "180 INVITE", "200 INVITE");
        Wire invite = answered.received("INVITE");
        assertThat(invite.path())
                .containsExactly(siteB.endpoint().toString(), siteA.endpoint().toString(), phone1.toString());
        assertThat(invite.requestUri()).isEqualTo(phone2.uri("user2"));
        assertThat(invite.header("Max-Forwards")).isEqualTo("68");
        assertThat(invite.headers("Record-Route")).isEmpty();
        assertThat(heard.received("100 INVITE").toTag()).isEmpty();
        assertThat(heard.received("180 INVITE").toTag())
                .isEqualTo(heard.received("200 INVITE").toTag())
                .isEqualTo(answered.sent("200 INVITE").toTag());
        assertThat(answered.received("ACK").path()).containsExactly(phone1.toString());
        assertThat(heard.received("BYE").path()).containsExactly(phone2.toString());
        assertThat(List.of(
                        heard.received("BYE").header("Call-ID"),
                        answered.received("ACK").header("Call-ID")))
                .containsOnly(invite.header("Call-ID"));
    }

    private static Sipp.Phone phone(String story, Endpoint endpoint) {
        return Sipp.phone(story, endpoint).with("from", "user1@a.test").with("to", "user2@b.test");
    }
}
