// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.trapezoid.api.Binding;
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
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Checklist;
import org.trapezoid.sip.testing.Rfc;

@SuppressWarnings("NullAway.Init") // start() makes them
class ProxyServletTest {
    private static final String BOB = "sip:bob@a.test";

    @TempDir
    private Path directory;

    private final Map<String, String> parameters = new HashMap<>();
    private Path users;
    private LocationTable locations;
    private TestServer server;
    private Peer alice;
    private Peer phone;
    private Peer laptop;
    private Peer tablet;

    @BeforeEach
    void create() {
        users = directory.resolve("users.properties");
        parameters.put("domains", "a.test");
        parameters.put("aliases", directory.resolve("aliases.properties").toString());
    }

    private void start() throws Exception {
        server = new TestServer(TestServer.HOST, clock -> {
            locations =
                    new LocationTable(clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1));
            return Map.of(
                    LocationService.class,
                    locations,
                    DigestAuthentication.class,
                    new DigestService(new Users(users, clock), new NonceStore(clock, new SplittableRandom(1))));
        });
        server.deploy("proxy", parameters, new ProxyServlet(), CallKeeper.class);
        alice = server.peer("alice");
        phone = server.peer("phone");
        laptop = server.peer("laptop");
        tablet = server.peer("tablet");
    }

    private Binding bind(Peer peer, float q) {
        Binding binding = Binding.of(BOB, peer.contact(), server.clock.instant().plus(Duration.ofDays(2)), "c", 1)
                .withQ(q);
        locations.bind(binding);
        return binding;
    }

    private Request invite(String uri) {
        return alice.send(alice.request(Method.INVITE, uri));
    }

    /** The phone's 200, with the route it got. */
    private Response accept(Request invite) {
        return phone.answer(invite, 200)
                .set(
                        HeaderName.RECORD_ROUTE,
                        invite.headers().first(HeaderName.RECORD_ROUTE).orElseThrow())
                .build();
    }

    private void acknowledge(Request invite, Response refusal) {
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .set(HeaderName.TO, refusal.to().toString()));
    }

    @Test
    @Rfc(value = 3261, section = "16.6")
    @Checklist({"P6", "R10"})
    void triesContactsByPreferenceEqualOnesAtTheSameTime() throws Exception {
        start();
        bind(phone, 1);
        bind(laptop, 1);
        bind(tablet, 0.2f);

        invite(BOB);
        Request first = phone.nextRequest(Method.INVITE);
        Request second = laptop.nextRequest(Method.INVITE);
        assertThat(tablet.rest()).isEmpty();
        phone.send(phone.answer(first, 486));
        assertThat(tablet.rest()).isEmpty();
        laptop.send(laptop.answer(second, 480));
        Request third = tablet.nextRequest(Method.INVITE);
        tablet.send(tablet.answer(third, 200));

        assertThat(alice.nextResponse(200).viaCount()).isEqualTo(1);
        assertThat(third.uri().toString()).isEqualTo(tablet.contact());
        assertThat(third.maxForwards()).isEqualTo(69);
    }

    @Test
    @Checklist("P17")
    void answersTheBestResponseWhenNobodyTakesTheCall() throws Exception {
        start();
        bind(phone, 1);
        bind(tablet, 0.2f);

        Request invite = invite(BOB);
        phone.send(phone.answer(phone.nextRequest(Method.INVITE), 486));
        assertThat(alice.rest()).isEmpty();
        tablet.send(tablet.answer(tablet.nextRequest(Method.INVITE), 480));

        Response refusal = (Response) alice.next();
        acknowledge(invite, refusal);
        assertThat(refusal.status()).isIn(480, 486);
        server.advance(Duration.ofSeconds(40));
        assertThat(alice.rest()).isEmpty();
        assertThat(server.sessions()).isZero();
    }

    @Test
    @Checklist("P16")
    void tellsTheCallerOfA6xxWithoutTryingTheNextGroup() throws Exception {
        start();
        bind(phone, 1);
        bind(tablet, 0.2f);

        invite(BOB);
        phone.send(phone.answer(phone.nextRequest(Method.INVITE), 603));

        alice.nextResponse(603);
        assertThat(tablet.rest()).isEmpty();
    }

    @Test
    void ringsEverywhereAtOnceWhenToldTo() throws Exception {
        parameters.put("fork", "parallel");
        start();
        bind(phone, 1);
        bind(tablet, 0.2f);

        invite(BOB);
        Request first = phone.nextRequest(Method.INVITE);
        Request second = tablet.nextRequest(Method.INVITE);
        tablet.send(tablet.answer(second, 180));
        phone.send(phone.answer(first, 200));

        alice.nextResponse(180);
        alice.nextResponse(200);
        tablet.nextRequest(Method.CANCEL);
    }

    @Test
    @Checklist({"C6", "C10"})
    void stopsSearchingWhenTheCallerGivesUp() throws Exception {
        start();
        bind(phone, 1);
        bind(tablet, 0.2f);

        Request invite = invite(BOB);
        Request ringing = phone.nextRequest(Method.INVITE);
        phone.send(phone.answer(ringing, 180));
        alice.nextResponse(180);
        alice.send(invite.toBuilder().method(Method.CANCEL).set(HeaderName.CSEQ, "1 CANCEL"));
        alice.nextResponse(200);
        phone.send(phone.answer(phone.nextRequest(Method.CANCEL), 200));
        phone.send(phone.answer(ringing, 487));

        alice.nextResponse(487);
        assertThat(tablet.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "16.5")
    void tellsUnknownFromAbsent() throws Exception {
        new UsersFile(users).add("bob", "a.test", "secret");
        start();

        alice.send(alice.request(Method.MESSAGE, BOB).set(HeaderName.FROM, "<sip:carol@c.test>;tag=1"));
        alice.nextResponse(480);
        alice.send(alice.request(Method.MESSAGE, "sip:nobody@a.test").set(HeaderName.FROM, "<sip:carol@c.test>;tag=2"));
        alice.nextResponse(404);
    }

    @Test
    @Checklist("P6")
    void relaysForForeignDomainsOnlyWhenToldTo() throws Exception {
        start();

        alice.send(alice.request(Method.MESSAGE, phone.contact()));
        alice.nextResponse(403);

        parameters.put("relay", "everybody");
        start();
        alice.send(alice.request(Method.MESSAGE, phone.contact()));
        phone.send(phone.answer(phone.nextRequest(Method.MESSAGE), 200));
        alice.nextResponse(200);
    }

    @Test
    void aPortInFromIsNoWayAroundTheChallenge() throws Exception {
        new UsersFile(users).add("alice", "a.test", "secret");
        start();
        bind(phone, 1);

        alice.send(alice.request(Method.INVITE, BOB).set(HeaderName.FROM, "<sip:alice@a.test:5999>;tag=alice"));

        alice.nextResponse(407);
        assertThat(phone.rest()).isEmpty();
    }

    @Test
    void aFailureInsideTheCallTriesNoFurtherGroup() throws Exception {
        start();
        bind(phone, 1);
        bind(tablet, 0.2f);

        Request invite = invite(BOB);
        phone.send(accept(phone.nextRequest(Method.INVITE)));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        phone.nextRequest(Method.ACK);
        alice.send(alice.inDialog(Method.INFO, invite, success, 2));
        phone.send(phone.answer(phone.nextRequest(Method.INFO), 488));

        alice.nextResponse(488);
        assertThat(tablet.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "22.3")
    @Checklist({"P29", "A6", "A8", "C9"})
    void challengesCallersOfItsOwnDomainOnceThereAreUsers() throws Exception {
        new UsersFile(users).add("alice", "a.test", "secret");
        start();
        bind(phone, 1);

        Request first = invite(BOB);
        Response challenge = alice.nextResponse(407);
        acknowledge(first, challenge);
        Request second = alice.send(authorised(first, challenge, "alice", 2));
        Request received = phone.nextRequest(Method.INVITE);
        phone.send(accept(received));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, second, success, 2));
        phone.nextRequest(Method.ACK);
        alice.send(alice.inDialog(Method.BYE, second, success, 3));

        phone.nextRequest(Method.BYE);
        assertThat(challenge.headers().all(HeaderName.PROXY_AUTHENTICATE))
                .hasSize(2)
                .allMatch(value -> value.contains("realm=\"a.test\""));
        assertThat(alice.rest()).isEmpty();
    }

    /** A scanner: each INVITE in another name, no ACK for any answer, the same answer for those who exist and those who do not. */
    @Test
    void keepsNothingOfAScannerAndTellsItNothing() throws Exception {
        new UsersFile(users).add("alice", "a.test", "secret");
        start();

        for (int i = 0; i < 1000; i++) {
            String user = i % 2 == 0 ? "alice" : "user" + i;
            String uri = "sip:" + user + "@a.test";
            alice.send(alice.request(Method.INVITE, uri)
                    .set(HeaderName.CALL_ID, "scan" + i)
                    .set(HeaderName.FROM, "\"" + user + "\"<" + uri + ">;tag=scan")
                    .set(HeaderName.TO, "\"" + user + "\"<" + uri + ">"));
            alice.nextResponse(407);
        }

        server.assertEnded();
    }

    @Test
    void keepsAUserFromCallingInTheNameOfAnother() throws Exception {
        new UsersFile(users).add("alice", "a.test", "secret");
        new UsersFile(users).add("mallory", "a.test", "secret");
        start();
        bind(phone, 1);

        Request first = invite(BOB);
        Response challenge = alice.nextResponse(407);
        acknowledge(first, challenge);
        alice.send(authorised(first, challenge, "mallory", 2));

        alice.nextResponse(403);
        assertThat(phone.rest()).isEmpty();
    }

    private Request.Builder authorised(Request rejected, Response challenge, String user, int cseq) {
        return new ChallengeResponder(new SplittableRandom(7))
                .retry(rejected, challenge, realm -> Optional.of(new Account(user, "secret")), cseq)
                .orElseThrow()
                .addFirst(HeaderName.VIA, "SIP/2.0/UDP " + alice.host() + ":5060;branch=z9hG4bKretry" + cseq);
    }

    @Test
    @Rfc(value = 3261, section = "11.2")
    @Checklist("U18")
    void answersOptionsForTheServerItself() throws Exception {
        start();

        alice.send(alice.request(Method.OPTIONS, "sip:a.test"));

        Response ok = alice.nextResponse(200);
        for (String name : List.of("Allow", "Accept", "Accept-Encoding", "Accept-Language", "Supported")) {
            assertThat(ok.headers().has(HeaderName.of(name))).as(name).isTrue();
        }
        alice.send(alice.request(Method.MESSAGE, "sip:a.test").set(HeaderName.CALL_ID, "other"));
        alice.nextResponse(404);
    }

    @Test
    @Rfc(value = 3327, section = "5.3")
    @Checklist("R12")
    void sendsACallAlongThePathOfItsContact() throws Exception {
        start();
        locations.bind(bind(phone, 1).withPath(List.of("<sip:198.51.100.3;lr>", "<sip:edge.test;lr>")));

        invite(BOB);

        Request received = laptop.nextRequest(Method.INVITE); // it is at the address of the first Path value
        assertThat(received.uri().toString()).isEqualTo(phone.contact());
        assertThat(received.headers().values(HeaderName.ROUTE))
                .containsExactly("<sip:198.51.100.3;lr>", "<sip:edge.test;lr>");
    }

    @Test
    void findsASubscriberByItsAlias() throws Exception {
        Files.writeString(directory.resolve("aliases.properties"), "help@a.test=bob@a.test\n");
        start();
        bind(phone, 1);

        invite("sip:help@a.test");

        phone.nextRequest(Method.INVITE);
    }

    @Test
    @Rfc(value = 5630, section = "5.3")
    @Checklist("P30")
    void sendsACallForASipsUriToSecureContactsOnly() throws Exception {
        start();
        bind(phone, 1);

        alice.send(alice.request(Method.MESSAGE, "sips:bob@a.test"));

        assertThat(alice.nextResponse(480).headers().first(HeaderName.WARNING))
                .contains("380 a.test \"SIPS Not Allowed\"");
        assertThat(phone.rest()).isEmpty();
    }

    @Test
    void staysInCallsThatAreLongerThanApplicationSessionsLive() throws Exception {
        start();
        bind(phone, 1);
        Request invite = invite(BOB);
        Request received = phone.nextRequest(Method.INVITE);
        phone.send(accept(received));
        Response success = alice.nextResponse(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        phone.nextRequest(Method.ACK);

        server.advance(Duration.ofHours(2));
        assertThat(server.sessions()).isEqualTo(1);
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        phone.send(phone.answer(phone.nextRequest(Method.BYE), 200));

        alice.nextResponse(200);
        assertThat(server.sessions()).isZero();
    }

    @Test
    void forgetsACallThatNeverEnded() throws Exception {
        start();
        bind(phone, 1);
        Request invite = invite(BOB);
        phone.send(accept(phone.nextRequest(Method.INVITE)));
        alice.send(alice.inDialog(Method.ACK, invite, alice.nextResponse(200), 1));

        server.advance(Duration.ofHours(23));
        assertThat(server.sessions()).isEqualTo(1);
        server.advance(Duration.ofHours(2));

        assertThat(server.sessions()).isZero();
    }

    @Test
    void leavesCallsAloneWithoutRecordRoute() throws Exception {
        parameters.put("record-route", "false");
        start();
        bind(phone, 1);

        invite(BOB);
        Request received = phone.nextRequest(Method.INVITE);
        phone.send(phone.answer(received, 200));

        alice.nextResponse(200);
        assertThat(received.headers().has(HeaderName.RECORD_ROUTE)).isFalse();
        assertThat(server.sessions()).isZero();
    }

    private void bind(Peer peer, float q, Map<String, String> capabilities) {
        locations.bind(bind(peer, q).withParameters(capabilities));
    }

    private Request invite(HeaderName header, String wish) {
        return alice.send(alice.request(Method.INVITE, BOB).add(header, wish));
    }

    @Test
    @Rfc(value = 3841, section = "7.2.4")
    void callsOnlyContactsThatTheCallerAccepts() throws Exception {
        start();
        bind(phone, 1, Map.of("audio", "", "video", ""));
        bind(laptop, 1, Map.of("audio", "", "video", "FALSE"));
        bind(tablet, 1, Map.of("audio", "", "automata", ""));

        alice.send(alice.request(Method.INVITE, BOB)
                .add(HeaderName.ACCEPT_CONTACT, "*;video;require")
                .add(HeaderName.REJECT_CONTACT, "*;automata"));

        phone.nextRequest(Method.INVITE);
        assertThat(laptop.rest()).isEmpty();
        assertThat(tablet.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3841, section = "7.2.4")
    void callsTheContactThatSuitsTheCallerBestFirst() throws Exception {
        start();
        bind(laptop, 1, Map.of("audio", ""));
        bind(phone, 1, Map.of("audio", "", "mobility", "mobile"));

        Request invite = invite(HeaderName.ACCEPT_CONTACT, "*;audio;mobility=\"mobile\"");
        Request atPhone = phone.nextRequest(Method.INVITE);
        assertThat(laptop.rest()).isEmpty();
        phone.send(phone.answer(atPhone, 486));

        laptop.nextRequest(Method.INVITE);
        assertThat(invite.callId()).isEqualTo(atPhone.callId());
    }

    @Test
    @Rfc(value = 3841, section = "7.2.4")
    void answers480WhenNoContactSuits() throws Exception {
        start();
        bind(phone, 1, Map.of("audio", ""));

        Request invite = invite(HeaderName.ACCEPT_CONTACT, "*;text;require;explicit");

        acknowledge(invite, alice.nextResponse(480));
    }

    @Test
    @Rfc(value = 3841, section = "9.1")
    void redirectsWhenAsked() throws Exception {
        start();
        bind(phone, 1);
        bind(laptop, 0.5f);

        invite(HeaderName.REQUEST_DISPOSITION, "redirect");

        Response moved = alice.nextResponse(302);
        assertThat(moved.headers().values(HeaderName.CONTACT))
                .hasSize(2)
                .first()
                .asString()
                .contains(phone.contact());
        assertThat(phone.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3841, section = "9.1")
    void triesOneContactOnlyWhenAsked() throws Exception {
        start();
        bind(phone, 1);
        bind(laptop, 0.5f);

        Request invite = invite(HeaderName.REQUEST_DISPOSITION, "no-fork, no-recurse");
        phone.send(phone.answer(phone.nextRequest(Method.INVITE), 486));

        acknowledge(invite, alice.nextResponse(486));
        assertThat(laptop.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3841, section = "9.1")
    void triesAllContactsAtOnceAndCancelsNoneWhenAsked() throws Exception {
        start();
        bind(phone, 1);
        bind(laptop, 0.5f);

        invite(HeaderName.REQUEST_DISPOSITION, "parallel, no-cancel");
        Request atLaptop = laptop.nextRequest(Method.INVITE);
        laptop.send(laptop.answer(atLaptop, 180));
        phone.send(accept(phone.nextRequest(Method.INVITE)));

        alice.nextResponse(180);
        alice.nextResponse(200);
        assertThat(laptop.rest()).isEmpty();
    }
}
