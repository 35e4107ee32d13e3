// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.api.Binding;
import org.trapezoid.api.DigestAuthentication;
import org.trapezoid.api.LocationService;
import org.trapezoid.api.PushService;
import org.trapezoid.servlet.authentication.DigestService;
import org.trapezoid.servlet.authentication.Users;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.auth.NonceStore;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.testing.Rfc;

/** Clients that sleep until a push notification wakes them, RFC 8599. */
@SuppressWarnings("NullAway.Init") // start() makes them
class PushStoriesTest {
    private static final String BOB = "sip:bob@a.test";

    @TempDir
    private Path directory;

    private final FakePush push = new FakePush();
    private LocationTable locations;
    private TestServer server;
    private Peer alice;
    private Peer phone;
    private Peer desk;

    /** A push service that notes what it is told; what is to fail fails. */
    private static final class FakePush implements PushService {
        final List<Target> pushed = new ArrayList<>();
        boolean broken;

        @Override
        public Set<String> providers() {
            return Set.of("acme");
        }

        @Override
        public CompletionStage<Void> push(Target target) {
            pushed.add(target);
            return broken
                    ? CompletableFuture.failedFuture(new IllegalStateException("unknown prid"))
                    : CompletableFuture.completedFuture(null);
        }
    }

    @BeforeEach
    void start() throws Exception {
        server = new TestServer(TestServer.HOST, clock -> {
            locations = new LocationTable(
                    clock.strands().create(), clock, clock, new byte[32], new java.util.SplittableRandom(1));
            return Map.of(
                    LocationService.class,
                    locations,
                    DigestAuthentication.class,
                    new DigestService(Users.none(), new NonceStore(clock, new SplittableRandom(1))),
                    PushService.class,
                    push);
        });
        server.deploy(
                "proxy",
                Map.of(
                        "domains",
                        "a.test",
                        "aliases",
                        directory.resolve("aliases.properties").toString()),
                new ProxyServlet(),
                CallKeeper.class,
                Sleepers.Alarm.class);
        alice = server.peer("alice");
        phone = server.peer("phone");
        desk = server.peer("desk");
    }

    private void register(Peer peer, String parameters, long cseq) {
        locations.bind(Binding.of(
                BOB,
                peer.contact() + parameters,
                server.clock.instant().plus(Duration.ofDays(2)),
                "c-" + peer.host(),
                cseq));
        server.advance(Duration.ZERO);
    }

    private void registerPhone(long cseq) {
        register(phone, ";pn-provider=acme;pn-prid=ZK6cWJ5x;pn-param=app", cseq);
    }

    private Request call() {
        return alice.send(alice.request(Method.INVITE, BOB));
    }

    private void hangUpUnanswered(Request invite, int status) {
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, alice.nextResponse(status).to().toString()));
        server.assertEndsInTime();
    }

    @Test
    @Rfc(value = 8599, section = "5.6.2")
    void aCallWaitsUntilTheClientHasRegisteredAgain() {
        registerPhone(1);

        Request invite = call();
        assertThat(push.pushed)
                .containsExactly(new PushService.Target("acme", "ZK6cWJ5x", java.util.Optional.of("app")));
        server.advance(Duration.ofSeconds(3));
        alice.nextResponse(100);
        assertThat(phone.rest()).isEmpty();
        registerPhone(2);

        phone.send(phone.answer(phone.nextRequest(Method.INVITE), 486));
        phone.nextRequest(Method.ACK);
        hangUpUnanswered(invite, 486);
    }

    @Test
    @Rfc(value = 8599, section = "5.6.2")
    void aClientMayWakeUpAtAnotherAddress() {
        registerPhone(1);

        Request invite = call();
        register(desk, ";pn-prid=ZK6cWJ5x;pn-provider=ACME;pn-param=app", 1);

        assertThat(phone.rest()).isEmpty();
        desk.send(desk.answer(desk.nextRequest(Method.INVITE), 486));
        desk.nextRequest(Method.ACK);
        hangUpUnanswered(invite, 486);
    }

    @Test
    @Rfc(value = 8599, section = "5.6.2")
    void whoDoesNotWakeUpIsNotAvailable() {
        registerPhone(1);

        Request invite = call();
        server.advance(Duration.ofSeconds(9));
        alice.nextResponse(100);
        assertThat(alice.rest()).isEmpty();
        server.advance(Duration.ofSeconds(1));

        hangUpUnanswered(invite, 480);
    }

    @Test
    @Rfc(value = 8599, section = "5.6.2")
    void othersAreCalledAllTheSame() {
        registerPhone(1);
        register(desk, "", 1);

        Request invite = call();
        server.advance(Duration.ofSeconds(10));
        alice.nextResponse(100);

        desk.send(desk.answer(desk.nextRequest(Method.INVITE), 486));
        desk.nextRequest(Method.ACK);
        hangUpUnanswered(invite, 486);
    }

    @Test
    @Rfc(value = 8599, section = "5.6.2")
    void aPushThatFailsIsNotWaitedFor() {
        push.broken = true;
        registerPhone(1);

        Request invite = call();

        hangUpUnanswered(invite, 480);
    }

    @Test
    @Rfc(value = 8599, section = "5.6.2")
    void aCallerThatGivesUpIsNotCalledFor() {
        registerPhone(1);
        Request invite = call();

        alice.send(invite.toBuilder()
                .method(Method.CANCEL)
                .set(HeaderName.CSEQ, "1 CANCEL")
                .remove(HeaderName.CONTACT));
        alice.nextResponse(200);
        registerPhone(2);

        assertThat(phone.rest()).isEmpty();
        hangUpUnanswered(invite, 487);
    }

    @Test
    @Rfc(value = 8599, section = "5.6.1")
    void aClientOfAnUnknownProviderIsCalledAsItIs() {
        register(phone, ";pn-provider=other;pn-prid=1", 1);

        Request invite = call();

        assertThat(push.pushed).isEmpty();
        phone.send(phone.answer(phone.nextRequest(Method.INVITE), 486));
        phone.nextRequest(Method.ACK);
        hangUpUnanswered(invite, 486);
    }

    @Test
    @Rfc(value = 8599, section = "5.6.2")
    void aMessageWaitsAsACallDoes() {
        registerPhone(1);
        alice.send(alice.request(Method.MESSAGE, BOB));
        assertThat(push.pushed).hasSize(1);

        registerPhone(2);

        phone.send(phone.answer(phone.nextRequest(Method.MESSAGE), 200));
        alice.nextResponse(200);
        server.assertEnded();
    }
}
