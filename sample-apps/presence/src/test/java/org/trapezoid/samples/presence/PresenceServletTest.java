// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.presence;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
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
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

class PresenceServletTest {

    private static final HeaderName ETAG = HeaderName.of("SIP-ETag");
    private static final HeaderName IF_MATCH = HeaderName.of("SIP-If-Match");
    private static final HeaderName SUPPRESS = HeaderName.of("Suppress-If-Match");

    @TempDir
    private Path directory;

    private TestServer server;
    private Peer alice;
    private Peer bob;
    private int calls;

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
        server.deploy(
                "presence",
                Map.of(
                        "domains", "a.test",
                        "org.trapezoid.allow-events", "presence, presence.winfo",
                        "org.trapezoid.min-expires", "60"),
                new PresenceServlet(server.clock),
                PresenceServlet.class);
        alice = server.peer("alice");
        bob = server.peer("bob");
    }

    private static String pidf(String... tuples) {
        StringBuilder text = new StringBuilder("<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"x\">");
        for (String each : tuples) {
            text.append("<tuple id=\"t\"><status><basic>").append(each).append("</basic></status></tuple>");
        }
        return text.append("</presence>").toString();
    }

    private Request.Builder publish(String body, int expires) {
        calls++;
        Request.Builder request = bob.request(Method.of("PUBLISH"), "sip:bob@a.test")
                .set(HeaderName.CALL_ID, "publish-" + calls)
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.EXPIRES, Integer.toString(expires));
        return body.isEmpty()
                ? request
                : request.set(HeaderName.CONTENT_TYPE, "application/pidf+xml")
                        .body(body.getBytes(StandardCharsets.UTF_8));
    }

    private String published(String... tuples) {
        bob.send(publish(pidf(tuples), 600));
        return bob.nextResponse(200).headers().first(ETAG).orElseThrow();
    }

    private Request.Builder subscribe(Peer watcher, String event, int expires) {
        calls++;
        return watcher.request(Method.SUBSCRIBE, "sip:bob@a.test")
                .set(HeaderName.CALL_ID, "subscribe-" + calls)
                .set(HeaderName.EVENT, event)
                .set(HeaderName.EXPIRES, Integer.toString(expires));
    }

    private record Subscription(Request request, Response response) {}

    private Subscription subscribed(Peer watcher, String event) {
        Request request = watcher.send(subscribe(watcher, event, 600));
        return new Subscription(request, watcher.nextResponse(200));
    }

    private Request notified(Peer watcher) {
        Request notify = watcher.nextRequest(Method.NOTIFY);
        watcher.send(watcher.answer(notify, 200));
        return notify;
    }

    private static String text(Message message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    private static String state(Request notify) {
        return notify.headers().first(HeaderName.SUBSCRIPTION_STATE).orElseThrow();
    }

    @Test
    @Rfc(value = 3856, section = "6.7")
    @Rfc(value = 3863, section = "4")
    void aWatcherIsToldAtOnceAndOfEachChange() {
        subscribed(alice, "presence");
        Request first = notified(alice);
        assertThat(state(first)).isEqualTo("active;expires=600");
        assertThat(text(first)).contains("entity=\"sip:bob@a.test\"").doesNotContain("tuple");
        server.advance(Duration.ofSeconds(6));

        published("open");
        Request second = notified(alice);

        assertThat(text(second)).contains("<basic>open</basic>");
        assertThat(second.headers().first(HeaderName.CONTENT_TYPE)).hasValue("application/pidf+xml");
        assertThat(state(second)).isEqualTo("active;expires=594");
    }

    @Test
    @Rfc(value = 3856, section = "6.10")
    void changesInQuickSuccessionAreToldTogether() {
        subscribed(alice, "presence");
        notified(alice);

        published("open");
        published("closed");
        assertThat(alice.rest()).isEmpty();
        server.advance(Duration.ofSeconds(5));

        assertThat(text(notified(alice))).contains("open").contains("closed");
        assertThat(alice.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3903, section = "6")
    void aPublicationIsReplacedRefreshedAndRemovedByItsTag() {
        String first = published("open");

        bob.send(publish(pidf("closed"), 600).set(IF_MATCH, first));
        String second = bob.nextResponse(200).headers().first(ETAG).orElseThrow();
        bob.send(publish("", 600).set(IF_MATCH, second));
        String third = bob.nextResponse(200).headers().first(ETAG).orElseThrow();

        assertThat(first).isNotEqualTo(second);
        assertThat(second).isNotEqualTo(third);
        bob.send(publish(pidf("open"), 600).set(IF_MATCH, first));
        bob.nextResponse(412);
        subscribed(alice, "presence");
        assertThat(text(notified(alice))).contains("closed").doesNotContain("open");
        server.advance(Duration.ofSeconds(6));
        bob.send(publish("", 0).set(IF_MATCH, third));
        bob.nextResponse(200);
        assertThat(text(notified(alice))).doesNotContain("tuple");
    }

    @Test
    @Rfc(value = 3903, section = "6")
    void aPublicationThatNobodyRefreshesEnds() {
        String tag = published("open");
        server.advance(Duration.ofSeconds(590));
        subscribed(alice, "presence");
        assertThat(text(notified(alice))).contains("open");

        server.advance(Duration.ofSeconds(11));

        assertThat(text(notified(alice))).doesNotContain("tuple");
        bob.send(publish("", 600).set(IF_MATCH, tag));
        bob.nextResponse(412);
    }

    @Test
    @Rfc(value = 3863, section = "4.1.2")
    void devicesAreComposedAndTheirIdsToldApart() {
        published("open");
        published("closed");

        subscribed(alice, "presence");

        assertThat(text(notified(alice)))
                .contains("<tuple id=\"t\"><status><basic>closed")
                .contains("<tuple id=\"t-2\"><status><basic>open");
    }

    @Test
    @Rfc(value = 5839, section = "5")
    void whoKnowsTheStateIsNotToldAgain() {
        published("open");
        Subscription subscription = subscribed(alice, "presence");
        Request notify = notified(alice);
        String tag = notify.headers().first(ETAG).orElseThrow();

        alice.send(alice.inDialog(Method.SUBSCRIBE, subscription.request, subscription.response, 2)
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.EXPIRES, "600")
                .set(SUPPRESS, tag));
        alice.nextResponse(204);
        server.advance(Duration.ofSeconds(10));
        assertThat(alice.rest()).isEmpty();
        alice.send(alice.inDialog(Method.SUBSCRIBE, subscription.request, subscription.response, 3)
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.EXPIRES, "600")
                .set(SUPPRESS, "other"));
        alice.nextResponse(200);
        assertThat(notified(alice).headers().first(ETAG)).hasValue(tag);
        server.advance(Duration.ofSeconds(10));

        published("closed");
        assertThat(notified(alice).headers().first(ETAG)).isPresent().isNotEqualTo(java.util.Optional.of(tag));
    }

    @Test
    @Rfc(value = 3858, section = "3")
    void thePresentityMayWatchItsWatchers() {
        subscribed(bob, "presence.winfo");
        Request none = notified(bob);
        assertThat(text(none)).contains("version=\"0\"").doesNotContain("<watcher ");
        server.advance(Duration.ofSeconds(6));

        Subscription subscription = subscribed(alice, "presence");
        notified(alice);
        Request one = notified(bob);
        server.advance(Duration.ofSeconds(6));
        alice.send(alice.inDialog(Method.SUBSCRIBE, subscription.request, subscription.response, 2)
                .set(HeaderName.EVENT, "presence")
                .set(HeaderName.EXPIRES, "0"));
        alice.nextResponse(200);
        assertThat(state(notified(alice))).isEqualTo("terminated;reason=timeout");
        Request gone = notified(bob);

        assertThat(text(one))
                .contains("version=\"1\"")
                .contains("status=\"active\"")
                .contains("duration-subscribed=\"0\" expiration=\"600\">sip:alice@a.test</watcher>");
        assertThat(one.headers().first(HeaderName.CONTENT_TYPE)).hasValue("application/watcherinfo+xml");
        assertThat(text(gone)).contains("version=\"2\"").doesNotContain("<watcher ");
    }

    @Test
    @Rfc(value = 6665, section = "4.2.2")
    void aWatcherThatIsGoneIsForgotten() {
        subscribed(bob, "presence.winfo");
        notified(bob);
        subscribed(alice, "presence");
        alice.send(alice.answer(alice.nextRequest(Method.NOTIFY), 481));
        server.advance(Duration.ofSeconds(6));

        assertThat(bob.rest()).last().isInstanceOfSatisfying(Request.class, notify -> assertThat(text(notify))
                .doesNotContain("<watcher "));
    }

    @Test
    @Rfc(value = 3857, section = "4.6")
    void nobodyElseMayWatchTheWatchers() {
        alice.send(subscribe(alice, "presence.winfo", 600));

        alice.nextResponse(403);
    }

    @ParameterizedTest
    @CsvSource({"alice, 200", "bob, 403", "nobody, 401"})
    @Rfc(value = 3261, section = "22.2")
    void aWatcherProvesWhoItIsOnceThereAreUsers(String user, int status) throws Exception {
        for (String each : List.of("alice", "bob")) {
            new UsersFile(directory.resolve("users.properties")).add(each, "a.test", "secret");
        }
        start();
        Request first = alice.send(subscribe(alice, "presence", 600));
        Response challenge = alice.nextResponse(401);

        alice.send(new ChallengeResponder(new SplittableRandom(7))
                .retry(first, challenge, realm -> Optional.of(new Account(user, "secret")), 2)
                .orElseThrow()
                .addFirst(HeaderName.VIA, "SIP/2.0/UDP " + alice.host() + ":5060;branch=z9hG4bKretry"));

        alice.nextResponse(status);
    }

    @Test
    void nobodyPublishesForAnother() {
        bob.send(publish(pidf("open"), 600).set(HeaderName.FROM, "<sip:mallory@a.test>;tag=m"));

        bob.nextResponse(403);
    }

    @ParameterizedTest
    @CsvSource({"dialog, 489", "presence.winfo, 489"})
    void otherPackagesAreNotPublished(String event, int status) {
        bob.send(publish(pidf("open"), 600).set(HeaderName.EVENT, event));

        bob.nextResponse(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no xml",
                "<presence/>",
                "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/hostname'>]><presence"
                        + " xmlns='urn:ietf:params:xml:ns:pidf'>&e;</presence>"
            })
    @Rfc(value = 3863, section = "4")
    void whatIsNoPresenceDocumentIsRefused(String body) {
        bob.send(publish(body, 600));

        bob.nextResponse(400);
    }

    @Test
    @Checklist("U6")
    void otherContentIsRefused() {
        bob.send(publish(pidf("open"), 600).set(HeaderName.CONTENT_TYPE, "text/plain"));

        assertThat(bob.nextResponse(415).headers().first(HeaderName.of("Accept")))
                .hasValue("application/pidf+xml");
    }

    @Test
    void aWatcherThatCannotReadTheDocumentIsRefused() {
        alice.send(subscribe(alice, "presence", 600).set(HeaderName.of("Accept"), "text/plain"));

        alice.nextResponse(406);
    }

    @Test
    void strangersHaveNoState() {
        alice.send(alice.request(Method.SUBSCRIBE, "sip:bob@elsewhere.test").set(HeaderName.EVENT, "presence"));

        alice.nextResponse(404);
    }

    @Test
    void nothingIsLeftWhenAllHasEnded() {
        published("open");
        subscribed(alice, "presence");
        notified(alice);

        for (int i = 0; i < 120; i++) {
            server.advance(Duration.ofSeconds(6));
            List.copyOf(alice.rest()).forEach(message -> {
                if (alice.next() instanceof Request notify) {
                    alice.send(alice.answer(notify, 200));
                }
            });
        }

        assertThat(server.sessions()).isZero();
    }
}
