// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.distribution.apps.stateless.StatelessServlet;

/** A redirect server, a stateless proxy, and two stateful proxies that record-route. */
class RedirectChainIT {

    @TempDir
    private static Path base;

    private static Site first;
    private static Site redirect;
    private static Site stateless;
    private static Site second;
    private static Tap tapFirst;
    private static Tap tapRedirect;
    private static Tap tapStateless;
    private static Tap tapSecond;

    private final Endpoint caller = Endpoint.free();
    private final Endpoint callee = Endpoint.free();

    @BeforeAll
    static void start() throws IOException {
        second = Site.in(base.resolve("second"));
        tapSecond = Tap.before("second proxy", second.endpoint());
        second.sample("registrar")
                .sample("proxy")
                .setting("registrar", "domains", "c.test")
                .setting("proxy", "domains", "c.test")
                .advertising(tapSecond.endpoint())
                .starts();
        stateless = Site.in(base.resolve("stateless"))
                .application("stateless", StatelessServlet.class)
                .setting("stateless", "org.trapezoid.stateless", "true")
                .routing("ALL", "stateless")
                .route("c.test", tapSecond.endpoint())
                .starts();
        tapStateless = Tap.before("stateless proxy", stateless.endpoint());
        redirect = Site.in(base.resolve("redirect"))
                .sample("registrar")
                .sample("redirect")
                .setting("registrar", "domains", "b.test")
                .setting("redirect", "domains", "b.test")
                .starts();
        tapRedirect = Tap.before("redirect server", redirect.endpoint());
        first = Site.in(base.resolve("first"));
        tapFirst = Tap.before("first proxy", first.endpoint());
        first.sample("proxy")
                .setting("proxy", "domains", "a.test")
                .setting("proxy", "relay", "everybody")
                .advertising(tapFirst.endpoint())
                .route("redirect.b.test", tapRedirect.endpoint())
                .route("c.test", tapStateless.endpoint())
                .starts();
        try (DatagramPeer registrations = new DatagramPeer(redirect.endpoint())) {
            registrations.register("sip:user2@b.test", "<sip:user2@c.test>");
        }
    }

    @AfterAll
    static void stop() throws InterruptedException {
        first.close();
        redirect.close();
        stateless.close();
        second.close();
        tapFirst.close();
        tapRedirect.close();
        tapStateless.close();
        tapSecond.close();
    }

    @BeforeEach
    void forget() {
        tapFirst.forget();
        tapRedirect.forget();
        tapStateless.forget();
        tapSecond.forget();
    }

    @Test
    void followsTheRedirectionAndLeavesTheStatelessProxyAfterTheInvite() throws Exception {
        register("user2");

        Transcript heard;
        Transcript answered;
        try (Sipp user2 = phone("callee-answers", callee, "c.test").pausing(20).listens();
                Sipp user1 = phone("caller-talks-and-hangs-up", caller, "redirect.b.test")
                        .calls(tapFirst.endpoint())) {
            heard = user1.ends();
            answered = user2.ends();
        }

        assertThat(tapRedirect.transcript().received()).containsExactly("INVITE", "ACK");
        assertThat(tapRedirect.transcript().sent()).containsExactly("302 INVITE");
        assertThat(heard.received()).doesNotContain("302 INVITE").contains("180 INVITE", "200 INVITE", "200 BYE");
        assertThat(tapFirst.transcript().received()).contains("INVITE", "ACK", "BYE");
        assertThat(tapStateless.transcript().received()).containsOnly("INVITE");
        assertThat(tapStateless.transcript().sent())
                .contains("180 INVITE", "200 INVITE")
                .doesNotContain("100 INVITE");
        assertThat(tapSecond.transcript().received()).contains("INVITE", "ACK", "BYE");
        assertThat(answered.received()).containsExactly("INVITE", "ACK", "BYE");
        assertThat(answered.received("INVITE").path())
                .containsExactly(
                        tapSecond.endpoint().toString(),
                        stateless.endpoint().toString(),
                        tapFirst.endpoint().toString(),
                        caller.toString());
        for (String later : new String[] {"ACK", "BYE"}) {
            assertThat(answered.received(later).path())
                    .containsExactly(
                            tapSecond.endpoint().toString(), tapFirst.endpoint().toString(), caller.toString());
        }
        assertThat(heard.received("200 INVITE").path()).containsExactly(caller.toString());
    }

    @Test
    void passesRetransmissionsAndTheAckOfARefusalWithoutState() throws Exception {
        register("user3");

        try (Sipp user3 = phone("phone-is-busy", callee, "c.test").listens();
                DatagramPeer user1 = new DatagramPeer(tapStateless.endpoint())) {
            String invite = user1.request("INVITE", "sip:user3@c.test", "sip:user3@c.test");
            for (int times = 1; times <= 3; times++) {
                user1.send(invite);
                int passed = times;
                Awaitility.await()
                        .until(() ->
                                tapSecond.transcript().allReceived("INVITE").size() == passed);
            }
            Wire answer = user1.receive(message -> message.status() >= 200);
            user1.acknowledge(invite, answer);

            assertThat(answer.status()).isEqualTo(486);
            assertThat(user3.ends().received()).containsExactly("INVITE", "ACK");
        }
        Awaitility.await().until(() -> tapSecond.transcript().received().contains("ACK"));

        Transcript passed = tapSecond.transcript();
        assertThat(passed.received()).as("with the retransmissions left out").containsExactly("INVITE", "ACK");
        assertThat(passed.allReceived("INVITE")).hasSize(3);
        assertThat(passed.messages())
                .filteredOn(message -> !message.sent())
                .extracting(message -> message.branches().get(0))
                .as("the branch of what belongs together is the same, RFC 3261 §16.11")
                .containsOnly(passed.received("INVITE").branches().get(0));
    }

    private void register(String user) throws IOException {
        try (DatagramPeer registrations = new DatagramPeer(second.endpoint())) {
            registrations.register("sip:" + user + "@c.test", "<" + callee.uri(user) + ">");
        }
    }

    private static Sipp.Phone phone(String story, Endpoint endpoint, String domain) {
        return Sipp.phone(story, endpoint).with("from", "user1@a.test").with("to", "user2@" + domain);
    }
}
