// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stories of one server with the sample applications, after those of the iptel.org tutorial. No passwords are asked for. */
class IptelIT {

    private static final String DOMAIN = "iptel.test";

    @TempDir
    private static Path base;

    private static Site site;
    private static DatagramPeer registrations;

    private final Endpoint caller = Endpoint.free();
    private final Endpoint callee = Endpoint.free();

    @BeforeAll
    static void start() throws IOException {
        site = Site.in(base)
                .sample("registrar")
                .sample("proxy")
                .sample("redirect")
                .setting("registrar", "domains", DOMAIN)
                .setting("registrar", "min-expires", "1")
                .setting("proxy", "domains", DOMAIN)
                .setting("proxy", "relay", "everybody")
                .setting("redirect", "domains", DOMAIN)
                .file("conf/aliases.properties", """
                        +554845678901@iptel.test = johndoe@iptel.test
                        45678901@iptel.test = johndoe@iptel.test
                        +420777123456@iptel.test = jannovak@iptel.test
                        """)
                .starts();
        registrations = new DatagramPeer(site.endpoint());
    }

    @AfterAll
    static void stop() throws InterruptedException {
        registrations.close();
        site.close();
    }

    @Test
    void startsTheThreeSampleApplications() {
        assertThat(site.server().applications()).containsExactlyInAnyOrder("proxy", "redirect", "registrar");
    }

    @Test
    void recordRoutesSoThatTheWholeCallPassesTheProxy() throws Exception {
        register("bob", callee);

        try (Sipp bob = callee("callee-answers", callee).listens();
                Sipp alice = caller("caller-talks-and-hangs-up", "bob").calls(site.endpoint())) {
            Transcript heard = alice.ends();
            Transcript said = bob.ends();

            assertThat(said.received()).containsExactly("INVITE", "ACK", "BYE");
            for (String request : said.received()) {
                assertThat(said.received(request).path())
                        .containsExactly(site.endpoint().toString(), caller.toString());
            }
            assertThat(said.received("INVITE").headers("Record-Route"))
                    .singleElement()
                    .asString()
                    .contains(site.endpoint().toString())
                    .contains(";lr");
            assertThat(said.received("INVITE").header("Max-Forwards")).isEqualTo("69");
            assertThat(said.received("INVITE").requestUri()).isEqualTo(callee.uri("bob"));
            assertThat(said.received("ACK").requestUri()).startsWith(callee.uri("phone"));
            assertThat(heard.received("200 INVITE").path()).containsExactly(caller.toString());
            assertThat(heard.received("200 INVITE").headers("Record-Route"))
                    .isEqualTo(said.received("INVITE").headers("Record-Route"));
        }
    }

    @Test
    void sendsTheByeOfTheCalleeAlongTheRouteSet() throws Exception {
        register("oscar", callee);

        try (Sipp oscar = callee("callee-hangs-up", callee).listens();
                Sipp alice = caller("caller-hears-the-callee-hang-up", "oscar").calls(site.endpoint())) {
            Transcript heard = alice.ends();
            oscar.ends();

            assertThat(heard.received("BYE").path())
                    .containsExactly(site.endpoint().toString(), callee.toString());
            assertThat(heard.received("BYE").headers("Route")).isEmpty();
        }
    }

    @Test
    void forksToTwoPhonesAndCancelsTheOneThatDidNotAnswer() throws Exception {
        Endpoint other = Endpoint.free();
        register("carol", callee);
        register("carol", other);

        try (Sipp answers = callee("callee-answers", callee).pausing(200).listens();
                Sipp rings = callee("phone-rings-until-cancelled", other).listens();
                Sipp alice = caller("caller-talks-and-hangs-up", "carol").calls(site.endpoint())) {
            Transcript heard = alice.ends();
            answers.ends();
            Transcript cancelled = rings.ends();

            assertThat(cancelled.received()).containsExactly("INVITE", "CANCEL", "ACK");
            Wire invite = cancelled.received("INVITE");
            Wire cancel = cancelled.received("CANCEL");
            assertThat(cancel.requestUri()).isEqualTo(invite.requestUri());
            assertThat(cancel.headers("Via")).containsExactly(invite.header("Via"));
            assertThat(cancel.header("CSeq")).isEqualTo("1 CANCEL");
            assertThat(heard.received()).doesNotContain("487 INVITE").containsOnlyOnce("200 INVITE");
        }
    }

    @Test
    void searchesTheOfficeThenTheMobile() throws Exception {
        Endpoint mobile = Endpoint.free();
        registrations.register(aor("dave"), "<" + callee.uri("office") + ">;q=0.9");
        registrations.register(aor("dave"), "<" + mobile.uri("mobile") + ">;q=0.4");

        try (Sipp office = callee("phone-is-busy", callee).listens();
                Sipp pocket = callee("callee-answers", mobile).listens();
                Sipp alice = caller("caller-talks-and-hangs-up", "dave").calls(site.endpoint())) {
            Transcript heard = alice.ends();
            Transcript refused = office.ends();
            Transcript answered = pocket.ends();

            assertThat(heard.received()).doesNotContain("486 INVITE");
            assertThat(refused.received()).containsExactly("INVITE", "ACK");
            assertThat(refused.received("INVITE").requestUri()).isEqualTo(callee.uri("office"));
            assertThat(answered.received("INVITE").requestUri()).isEqualTo(mobile.uri("mobile"));
        }
    }

    @Test
    void answers404ForSomebodyItDoesNotKnow() throws Exception {
        Wire answer = registrations.ask(registrations.request("INVITE", aor("nobody"), aor("nobody")));

        assertThat(answer.status()).isEqualTo(404);
    }

    @Test
    void cancelsWhenTheCallerGivesUp() throws Exception {
        register("erin", callee);

        try (Sipp erin = callee("phone-rings-until-cancelled", callee).listens();
                Sipp alice = caller("caller-gives-up-while-it-rings", "erin")
                        .pausing(50)
                        .calls(site.endpoint())) {
            Transcript heard = alice.ends();
            Transcript rang = erin.ends();

            assertThat(heard.received()).contains("180 INVITE", "200 CANCEL", "487 INVITE");
            assertThat(rang.received()).containsExactly("INVITE", "CANCEL", "ACK");
        }
    }

    @Test
    void redirectsTheCaller() throws Exception {
        register("frank", callee);

        try (Sipp frank = callee("callee-answers", callee).listens();
                Sipp alice = Sipp.phone("caller-is-redirected-and-calls-the-contact", caller)
                        .with("from", "alice@elsewhere.test")
                        .with("to", "frank@redirect." + DOMAIN)
                        .calls(site.endpoint())) {
            Transcript heard = alice.ends();
            Transcript answered = frank.ends();

            assertThat(heard.received("302 INVITE").contact()).isEqualTo(callee.uri("frank"));
            assertThat(answered.received("INVITE").path()).containsExactly(caller.toString());
        }
    }

    @Test
    void servesACallerThatRoutesStrictly() throws Exception {
        register("grace", callee);

        try (Sipp grace = callee("callee-answers", callee).listens();
                Sipp alice = caller("caller-routes-strictly", "grace").calls(site.endpoint())) {
            alice.ends();
            Transcript answered = grace.ends();

            for (String request : List.of("ACK", "BYE")) {
                assertThat(answered.received(request).requestUri()).startsWith(callee.uri("phone"));
                assertThat(answered.received(request).headers("Route")).isEmpty();
            }
        }
    }

    @Test
    void rewritesTheRequestForAStrictRouter() throws Exception {
        try (Sipp router = callee("phone-is-busy", callee).listens();
                Sipp alice = Sipp.phone("caller-goes-by-a-strict-router", caller)
                        .with("from", "alice@elsewhere.test")
                        .with("to", "heidi@far.test")
                        .with("strict", callee.toString())
                        .calls(site.endpoint())) {
            alice.ends();
            Wire invite = router.ends().received("INVITE");

            assertThat(invite.requestUri()).isEqualTo("sip:" + callee);
            assertThat(invite.headers("Route")).containsExactly("<sip:heidi@far.test>");
        }
    }

    @Test
    void servesACallerOfRfc2543() throws Exception {
        register("ivan", callee);

        try (Sipp ivan = callee("callee-answers", callee).pausing(50).listens();
                Sipp alice =
                        caller("caller-of-rfc-2543-talks-and-hangs-up", "ivan").calls(site.endpoint())) {
            Transcript heard = alice.ends();
            Transcript answered = ivan.ends();

            assertThat(answered.received()).containsExactly("INVITE", "ACK", "BYE");
            assertThat(answered.received("INVITE").branches().get(0)).startsWith("z9hG4bK");
            assertThat(heard.received("200 BYE").branches()).containsExactly("1.1");
        }
    }

    @Test
    void absorbsRetransmissionsOfTheCaller() throws Exception {
        register("judy", callee);

        try (Sipp judy = callee("callee-answers", callee).pausing(100).listens();
                Sipp alice = caller("caller-repeats-its-invite", "judy").calls(site.endpoint())) {
            alice.ends();

            Transcript answered = judy.ends();
            assertThat(answered.received()).containsExactly("INVITE", "ACK", "BYE");
            assertThat(answered.allReceived("INVITE"))
                    .extracting(invite -> invite.branches().get(0))
                    .as("one branch of the proxy")
                    .containsOnly(answered.received("INVITE").branches().get(0));
        }
    }

    @Test
    void passesASubscriptionAndItsFirstNotificationOn() throws Exception {
        register("mike", callee);

        try (Sipp mike = callee("notifier-answers-and-notifies-at-once", callee).listens();
                Sipp alice = caller("watcher-subscribes", "mike").calls(site.endpoint())) {
            Transcript heard = alice.ends();
            mike.ends();

            assertThat(heard.received()).containsOnlyOnce("200 SUBSCRIBE", "NOTIFY");
            assertThat(heard.received("NOTIFY").path())
                    .containsExactly(site.endpoint().toString(), callee.toString());
        }
    }

    @Test
    void passesAMessageOnWithoutADialog() throws Exception {
        register("niaj", callee);

        try (Sipp niaj = callee("friend-gets-messages", callee).listens();
                Sipp alice = caller("friend-sends-messages", "niaj").calls(site.endpoint())) {
            alice.ends();
            Wire message = niaj.ends().received("MESSAGE");

            assertThat(message.text()).contains("\r\n\r\nWatson, come here.");
            assertThat(message.toTag()).isEmpty();
        }
    }

    @Test
    void reachesOnePhoneByThreeAddresses() throws Exception {
        register("johndoe", callee);

        try (Sipp phone = callee("friend-gets-messages", callee).times(3).listens()) {
            for (String user : List.of("johndoe", "+554845678901", "45678901")) {
                try (Sipp alice = caller("friend-sends-messages", user).calls(site.endpoint())) {
                    alice.ends();
                }
            }

            assertThat(phone.ends().allReceived("MESSAGE"))
                    .hasSize(3)
                    .allSatisfy(message -> assertThat(message.requestUri()).isEqualTo(callee.uri("johndoe")));
        }
    }

    @Test
    void callsByAnAlias() throws Exception {
        register("jannovak", callee);

        try (Sipp jan = callee("callee-answers", callee).listens();
                Sipp alice =
                        caller("caller-talks-and-hangs-up", "+420777123456").calls(site.endpoint())) {
            alice.ends();

            assertThat(jan.ends().received()).containsExactly("INVITE", "ACK", "BYE");
        }
    }

    @Test
    void forgetsAPhoneWhoseRegistrationExpired() throws Exception {
        try (Sipp phone = callee("phone-registers-for-a-second", callee)
                .with("from", "peggy@" + DOMAIN)
                .with("domain", DOMAIN)
                .calls(site.endpoint())) {
            assertThat(phone.ends().received("200 REGISTER").header("Contact")).endsWith(";expires=1");
        }

        Awaitility.await().until(() -> registrations
                .ask(registrations
                        .request("REGISTER", "sip:" + DOMAIN, aor("peggy"))
                        .replaceFirst("Contact: .*\n", ""))
                .header("Contact")
                .isEmpty());
    }

    @Test
    void joinsAPhoneOverUdpAndOneOverTcp() throws Exception {
        try (Sipp register = callee("phone-registers", callee)
                .overTcp()
                .with("from", "trent@" + DOMAIN)
                .with("domain", DOMAIN)
                .calls(site.endpoint())) {
            register.ends();
        }

        try (Sipp trent = callee("callee-answers", callee).overTcp().listens();
                Sipp alice = caller("caller-talks-and-hangs-up", "trent").calls(site.endpoint())) {
            Transcript heard = alice.ends();
            Transcript answered = trent.ends();

            List<String> routes = answered.received("INVITE").headers("Record-Route");
            assertThat(routes).hasSize(2);
            assertThat(routes.get(0)).containsIgnoringCase("transport=tcp");
            assertThat(routes.get(1)).doesNotContainIgnoringCase("transport=tcp");
            assertThat(answered.received("INVITE").header("Via")).startsWith("SIP/2.0/TCP ");
            assertThat(heard.received("200 INVITE").headers("Record-Route")).isEqualTo(routes);
            assertThat(answered.received("BYE").headers("Route")).isEmpty();
        }
    }

    @Test
    void carriesACallOverTcpAlone() throws Exception {
        try (Sipp register = callee("phone-registers", callee)
                .overTcp()
                .with("from", "victor@" + DOMAIN)
                .with("domain", DOMAIN)
                .calls(site.endpoint())) {
            register.ends();
        }

        try (Sipp victor = callee("callee-answers", callee).overTcp().listens();
                Sipp alice =
                        caller("caller-talks-and-hangs-up", "victor").overTcp().calls(site.endpoint())) {
            Transcript heard = alice.ends();
            Transcript answered = victor.ends();

            assertThat(answered.received()).containsExactly("INVITE", "ACK", "BYE");
            assertThat(answered.received("INVITE").headers("Via")).hasSize(2).allSatisfy(via -> assertThat(via)
                    .startsWith("SIP/2.0/TCP "));
            // one for each side: victor is reached over the connection by which he registered
            assertThat(answered.received("INVITE").headers("Record-Route")).hasSize(2);
            assertThat(heard.received("200 BYE").headers("Via")).hasSize(1);
        }
    }

    private static String aor(String user) {
        return "sip:" + user + "@" + DOMAIN;
    }

    private static void register(String user, Endpoint phone) throws IOException {
        registrations.register(aor(user), "<" + phone.uri(user) + ">");
    }

    private Sipp.Phone caller(String story, String user) {
        return Sipp.phone(story, caller).with("from", "alice@elsewhere.test").with("to", user + "@" + DOMAIN);
    }

    private static Sipp.Phone callee(String story, Endpoint phone) {
        return Sipp.phone(story, phone).with("from", "alice@elsewhere.test").with("to", "callee@" + DOMAIN);
    }
}
