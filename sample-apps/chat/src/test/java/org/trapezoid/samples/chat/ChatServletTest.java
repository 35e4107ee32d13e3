// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.chat;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.sip.SipApplicationSession;
import jakarta.servlet.sip.SipServlet;
import jakarta.servlet.sip.SipSessionsUtil;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.samples.Origin;
import org.trapezoid.servlet.authentication.DigestService;
import org.trapezoid.servlet.authentication.Users;
import org.trapezoid.servlet.authentication.UsersFile;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.auth.Account;
import org.trapezoid.sip.auth.ChallengeResponder;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

/** Guests and phones in virtual time; the connections of pages are in the end-to-end test. */
class ChatServletTest {
    private static final String CAROL = "sip:carol@chat.a.test";

    @TempDir
    private Path directory;

    private TestServer server;
    private ChatServlet servlet;
    private Peer bob;
    private int requests;

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(
                TestServer.HOST,
                clock -> Map.of(
                        LocationService.class,
                        new LocationTable(
                                clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1)),
                        DigestAuthentication.class,
                        new DigestService(
                                new Users(directory.resolve("users.properties"), clock),
                                new NonceStore(clock, new SplittableRandom(1)))));
        servlet = new ChatServlet(server.clock);
        server.deployKeyed(
                "chat",
                Map.of("domains", "a.test", "relay", "true"),
                servlet,
                ChatServlet.class,
                "key",
                ChatServlet.class);
        bob = server.peer("bob");
    }

    /** What a page was shown. */
    private static final class Shown implements Page {
        private final List<String> all = new ArrayList<>();
        private boolean closed;

        @Override
        public void shows(String... lines) {
            all.add(String.join(" ", lines));
        }

        @Override
        public void closes() {
            closed = true;
        }
    }

    private Guest guest(String name) {
        SipSessionsUtil sessions =
                (SipSessionsUtil) servlet.getServletContext().getAttribute(SipServlet.SIP_SESSIONS_UTIL);
        SipApplicationSession session = sessions.getApplicationSessionByKey(ChatServlet.key(name), true);
        server.advance(Duration.ZERO);
        return ChatServlet.guest(session);
    }

    private Shown opens(String name) {
        return opens(name, "key of " + name);
    }

    private Shown opens(String name, String key) {
        Shown page = new Shown();
        guest(name).opens(page, name, key);
        return page;
    }

    private void says(String name, Shown page, int number, String to, String text) {
        guest(name).says(new Guest.Outgoing(page, Integer.toString(number), to, text));
        server.advance(Duration.ZERO);
    }

    private Request.Builder message(String to, String text) {
        requests++;
        return bob.request(Method.MESSAGE, to)
                .remove(HeaderName.CONTACT)
                .set(HeaderName.FROM, "<sip:bob@b.test>;tag=b" + requests)
                .set(HeaderName.CALL_ID, "message-" + requests)
                .set(HeaderName.CONTENT_TYPE, "text/plain")
                .body(text.getBytes(StandardCharsets.UTF_8));
    }

    // ---- to guests

    @Test
    @Rfc(value = 3428, section = "7")
    void aMessageIsShownOnEveryPageAndAnsweredWith200() {
        Shown one = opens("carol");
        Shown other = opens("Carol", "key of carol");

        bob.send(message(CAROL, "héllo\nworld"));

        Response taken = bob.nextResponse(200);
        assertThat(one.all).containsExactly("you " + CAROL, "message sip:bob@b.test héllo\nworld");
        assertThat(other.all).isEqualTo(one.all);
        assertThat(taken.bodyLength()).isZero();
        assertThat(taken.headers().has(HeaderName.CONTACT)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"bob, 200", "alice, 403", "nobody, 401"})
    @Rfc(value = 3261, section = "22.2")
    void whoWritesAsASubscriberProvesItOnceThereAreUsers(String user, int status) throws Exception {
        for (String each : List.of("alice", "bob")) {
            new UsersFile(directory.resolve("users.properties")).add(each, "a.test", "secret");
        }
        start();
        Shown page = opens("carol");
        Request first = bob.send(message(CAROL, "hello").set(HeaderName.FROM, "<sip:bob@a.test>;tag=b"));
        Response challenge = bob.nextResponse(401);
        assertThat(page.all).containsExactly("you " + CAROL);

        bob.send(new ChallengeResponder(new SplittableRandom(7))
                .retry(first, challenge, realm -> Optional.of(new Account(user, "secret")), 2)
                .orElseThrow()
                .addFirst(HeaderName.VIA, "SIP/2.0/UDP " + bob.host() + ":5060;branch=z9hG4bKretry"));

        bob.nextResponse(status);
        assertThat(page.all).hasSize(status == 200 ? 2 : 1);
    }

    @Test
    @Rfc(value = 3428, section = "7")
    void aMessageWaitsForAGuestWhoIsAwayAndIsAnsweredWith202() {
        Shown first = opens("carol");
        guest("carol").closes(first);

        bob.send(message(CAROL, "one"));
        bob.nextResponse(202);
        server.advance(Duration.ofMinutes(50));
        Shown again = opens("carol");

        assertThat(again.all).containsExactly("you " + CAROL, "message sip:bob@b.test one");
        assertThat(first.all).hasSize(1);
        server.advance(Duration.ofHours(3));
        bob.send(message(CAROL, "two"));
        bob.nextResponse(200);
    }

    @Test
    @Rfc(value = 3428, section = "7")
    void whatHasExpiredIsNotShown() {
        guest("carol").closes(opens("carol"));
        bob.send(message(CAROL, "soon stale").set(HeaderName.EXPIRES, "60"));
        bob.send(message(CAROL, "fresh").set(HeaderName.EXPIRES, "600"));

        server.advance(Duration.ofSeconds(60));

        assertThat(opens("carol").all).containsExactly("you " + CAROL, "message sip:bob@b.test fresh");
    }

    @Test
    void onlySoManyMessagesWait() {
        guest("carol").closes(opens("carol"));
        for (int i = 0; i < 50; i++) {
            bob.send(message(CAROL, "message " + i));
            bob.nextResponse(202);
        }

        bob.send(message(CAROL, "too much"));

        bob.nextResponse(480);
    }

    @Test
    void aGuestWhoStaysAwayIsForgottenWithTheName() {
        guest("carol").closes(opens("carol"));

        server.advance(Duration.ofMinutes(61));

        bob.send(message(CAROL, "anybody?"));
        bob.nextResponse(404);
        server.assertEndsInTime();
        assertThat(opens("carol", "another key of carol").all).containsExactly("you " + CAROL);
    }

    @ParameterizedTest
    @CsvSource({
        "sip:nobody@chat.a.test, <sip:bob@b.test>, text/plain, 5, 404",
        "sip:carol@elsewhere.test, <sip:bob@b.test>, text/plain, 5, 404",
        "sip:carol@chat.a.test, <sip:dave@chat.a.test>, text/plain, 5, 403",
        "sip:carol@chat.a.test, <sip:bob@b.test>, text/html, 5, 415",
        "sip:carol@chat.a.test, <sip:bob@b.test>, text/plain;charset=klingon, 5, 415",
        "sip:carol@chat.a.test, <sip:bob@b.test>, text/plain, 9000, 413"
    })
    void refuses(String to, String from, String type, int size, int status) {
        Shown page = opens("carol");

        bob.send(message(to, "x".repeat(size))
                .set(HeaderName.FROM, from + ";tag=x")
                .set(HeaderName.CONTENT_TYPE, type));

        bob.nextResponse(status);
        assertThat(page.all).hasSize(1);
    }

    @Test
    void answersNothingButMessages() {
        bob.send(bob.request(Method.INVITE, CAROL));

        assertThat(bob.nextResponse(405).headers().first(HeaderName.ALLOW)).contains("MESSAGE");
    }

    // ---- names

    @Test
    void aNameIsItsFirstOwners() {
        Shown mine = opens("carol");

        Shown thief = opens("CAROL", "another key of carol");

        assertThat(thief.all).containsExactly("refused the name is taken");
        assertThat(thief.closed).isTrue();
        assertThat(mine.closed).isFalse();
    }

    // ---- from guests

    @Test
    @Rfc(value = 3428, section = "4")
    void aGuestWritesToAPhone() {
        Shown page = opens("carol");

        says("carol", page, 1, bob.contact(), "hé\nho");
        Request request = bob.nextRequest(Method.MESSAGE);
        bob.send(bob.answer(request, 200));

        assertThat(request.from().uri()).hasToString(CAROL);
        assertThat(request.headers().has(HeaderName.CONTACT)).isFalse();
        assertThat(request.headers().first(HeaderName.CONTENT_TYPE)).contains("text/plain;charset=UTF-8");
        assertThat(new String(request.body(), StandardCharsets.UTF_8)).isEqualTo("hé\nho");
        assertThat(page.all).containsExactly("you " + CAROL, "outcome 1 200");
    }

    @Test
    void messagesToOneAddressGoOneAfterTheOther() {
        Shown page = opens("carol");
        says("carol", page, 1, bob.contact(), "one");
        says("carol", page, 2, bob.contact(), "two");
        Request one = bob.nextRequest(Method.MESSAGE);
        assertThat(bob.rest()).isEmpty();

        bob.send(bob.answer(one, 486));

        assertThat(bob.nextRequest(Method.MESSAGE).body()).isEqualTo("two".getBytes(StandardCharsets.UTF_8));
        assertThat(page.all).contains("outcome 1 486").doesNotContain("outcome 2 200");
    }

    @Test
    void aPhoneThatIsSilentIsGivenUp() {
        Shown page = opens("carol");
        says("carol", page, 1, bob.contact(), "anybody?");

        server.advance(Duration.ofSeconds(33));

        assertThat(page.all).contains("outcome 1 408");
    }

    @Test
    void guestsWriteToEachOther() {
        Shown carol = opens("carol");
        Shown dave = opens("dave");

        says("carol", carol, 1, "sip:DAVE@chat.a.test", "hello");
        guest("dave").closes(dave);
        says("carol", carol, 2, "sip:dave@chat.a.test", "later");
        says("carol", carol, 3, "sip:nobody@chat.a.test", "who");

        assertThat(dave.all).contains("message " + CAROL + " hello");
        assertThat(carol.all).contains("outcome 1 200", "outcome 2 202", "outcome 3 404");
    }

    @ParameterizedTest
    @CsvSource({"nonsense, 5, 400", "mailto:bob@b.test, 5, 400", "sip:bob@b.test, 601, 413"})
    @Rfc(value = 3428, section = "8")
    void aGuestIsTold(String to, int size, int status) {
        Shown page = opens("carol");

        says("carol", page, 1, to, "x".repeat(size));

        assertThat(page.all).contains("outcome 1 " + status);
    }

    @Test
    @Rfc(value = 3428, section = "8")
    void theLongestMessageIsBelow1300Bytes() {
        Shown page = opens("c".repeat(32));
        String to = "sip:" + "b".repeat(80) + "@" + bob.host();

        says("c".repeat(32), page, 1, to, "x".repeat(600));

        assertThat(bob.nextRequest(Method.MESSAGE).toString().length()).isLessThan(1300 - 200); // two more hops
    }

    @ParameterizedTest
    @CsvSource({
        "'', a.test:8080, false",
        "http://a.test:8080, a.test:8080, false",
        "https://A.test, a.test, false",
        "http://evil.test, a.test, true",
        "null, a.test, true"
    })
    void pagesOfOtherSitesAreKnownByTheirOrigin(String origin, String host, boolean foreign) {
        assertThat(Origin.isForeign(origin, host)).isEqualTo(foreign);
    }
}
