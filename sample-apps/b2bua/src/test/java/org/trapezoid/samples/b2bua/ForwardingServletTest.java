// SPDX-License-Identifier: Apache-2.0
package org.trapezoid.samples.b2bua;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.trapezoid.api.LocationService;
import org.trapezoid.servlet.location.LocationTable;
import org.trapezoid.servlet.testing.Peer;
import org.trapezoid.servlet.testing.TestServer;
import org.trapezoid.sip.header.HeaderName;
import org.trapezoid.sip.message.Message;
import org.trapezoid.sip.message.Method;
import org.trapezoid.sip.message.Request;
import org.trapezoid.sip.message.Response;
import org.trapezoid.sip.testing.Rfc;

class ForwardingServletTest {

    private static final byte[] OFFER = "v=0 offer".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ANSWER = "v=0 answer".getBytes(StandardCharsets.US_ASCII);

    @TempDir
    private Path directory;

    private TestServer server;
    private Peer alice;
    private Peer bob;
    private Peer carol;
    private Peer mail;

    /** The hosts of the phones are the domains, so that a request for a subscriber reaches a phone without a registrar. */
    @BeforeEach
    void start() throws Exception {
        server = new TestServer(
                TestServer.HOST,
                clock -> Map.of(
                        LocationService.class,
                        new LocationTable(
                                clock.strands().create(), clock, clock, new byte[32], new SplittableRandom(1))));
        alice = server.peer("alice");
        bob = server.peer("bob");
        carol = server.peer("carol");
        mail = server.peer("mail");
        Path rules = directory.resolve("forwarding.properties");
        Files.writeString(rules, """
                # who = rules
                bob@%1$s = busy:%2$s no-answer:%3$s after:15
                carol@%4$s = busy:sip:bob@%1$s unavailable:%3$s
                dave@%1$s = always:sip:bob@%1$s
                away@%1$s = always:sip:away@%1$s
                broken@%1$s = sometimes:sip:x@y
                broken = busy:
                """.formatted(bob.host(), carol.contact(), mail.contact(), carol.host()));
        server.deploy(
                "b2bua",
                Map.of(
                        "domains",
                        bob.host() + " " + carol.host(),
                        "rules",
                        rules.toString(),
                        "org.trapezoid.100rel",
                        "supported",
                        "org.trapezoid.session-timer",
                        "1800"),
                new ForwardingServlet(),
                ForwardingServlet.class);
    }

    private Request calls(String user) {
        return alice.send(alice.request(Method.INVITE, "sip:" + user + "@" + bob.host())
                .add(HeaderName.CONTENT_TYPE, "application/sdp")
                .body(OFFER));
    }

    /** The next response; a 100 that was sent because it took long does not count. */
    private Response hears(int status) {
        Message next = alice.next();
        return next instanceof Response response && response.status() == 100 && status != 100
                ? alice.nextResponse(status)
                : sameAs(next, status);
    }

    private static Response sameAs(Message message, int status) {
        assertThat(message).isInstanceOfSatisfying(Response.class, each -> assertThat(each.status())
                .isEqualTo(status));
        return (Response) message;
    }

    private void confirm(Request invite, Response failure) {
        alice.send(invite.toBuilder()
                .method(Method.ACK)
                .set(HeaderName.CSEQ, "1 ACK")
                .remove(HeaderName.CONTENT_TYPE)
                .body(new byte[0])
                .set(HeaderName.TO, failure.to().toString()));
    }

    private Request rings() {
        Request leg = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(leg, 180));
        hears(180);
        return leg;
    }

    /** The caller, while it rings at Bob. */
    private void givesUp(Request invite) {
        alice.send(invite.toBuilder()
                .method(Method.CANCEL)
                .set(HeaderName.CSEQ, "1 CANCEL")
                .remove(HeaderName.CONTENT_TYPE)
                .body(new byte[0]));
        hears(200);
        confirm(invite, hears(487));
        bob.send(bob.answer(bob.nextRequest(Method.CANCEL), 200));
    }

    private Response answers(Peer callee, Request leg) {
        return callee.send(callee.answer(leg, 200)
                .set(HeaderName.CONTENT_TYPE, "application/sdp")
                .body(ANSWER));
    }

    private Response refuses(Peer callee, Request leg, int status) {
        Response refusal = callee.send(callee.answer(leg, status));
        callee.nextRequest(Method.ACK);
        return refusal;
    }

    private void talkAndHangUp(Request invite, Peer callee, Request leg) {
        Response answer = answers(callee, leg);
        Response success = hears(200);
        assertThat(success.body()).isEqualTo(ANSWER);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        callee.nextRequest(Method.ACK);
        callee.send(callee.fromCallee(Method.BYE, leg, answer, 1));
        callee.nextResponse(200);
        alice.send(alice.answer(alice.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    void aCallThatIsAnsweredGoesToWhoWasCalled() {
        Request invite = calls("bob");
        Request leg = rings();

        assertThat(leg.body()).isEqualTo(OFFER);
        assertThat(leg.callId()).isNotEqualTo(invite.callId());
        assertThat(leg.uri().toString()).doesNotContain("cause");
        talkAndHangUp(invite, bob, leg);
    }

    @ParameterizedTest
    @ValueSource(ints = {486, 600})
    @Rfc(value = 4458, section = "2")
    void aBusyOneIsReplacedAndTheNewOneLearnsWhy(int busy) {
        Request invite = calls("bob");
        refuses(bob, bob.nextRequest(Method.INVITE), busy);

        hears(181);
        Request leg = carol.nextRequest(Method.INVITE);

        assertThat(leg.uri().toString()).contains("cause=486").contains("target=sip:bob%40" + bob.host());
        assertThat(leg.body()).isEqualTo(OFFER);
        talkAndHangUp(invite, carol, leg);
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    void whoDoesNotAnswerIsCancelledAndReplaced() {
        Request invite = calls("bob");
        Request first = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(first, 180));
        hears(180);
        server.advance(Duration.ofSeconds(14));
        assertThat(bob.rest()).isEmpty();

        server.advance(Duration.ofSeconds(1));
        Request cancel = bob.nextRequest(Method.CANCEL);
        assertThat(mail.rest()).isEmpty();
        bob.send(bob.answer(cancel, 200));
        refuses(bob, first, 487);

        hears(181);
        Request leg = mail.nextRequest(Method.INVITE);
        assertThat(leg.uri().toString()).contains("cause=408");
        talkAndHangUp(invite, mail, leg);
    }

    @Test
    void whoAnswersWhileBeingCancelledHasTheCall() {
        Request invite = calls("bob");
        Request leg = rings();
        server.advance(Duration.ofSeconds(15));
        bob.send(bob.answer(bob.nextRequest(Method.CANCEL), 200));

        talkAndHangUp(invite, bob, leg);
        assertThat(mail.rest()).isEmpty();
    }

    @Test
    @Rfc(value = 3261, section = "9.1")
    void aPhoneThatIgnoresTheCancelDoesNotHoldTheCall() {
        calls("bob");
        Request first = bob.nextRequest(Method.INVITE);
        bob.send(bob.answer(first, 180));
        hears(180);
        server.advance(Duration.ofSeconds(15));
        bob.send(bob.answer(bob.nextRequest(Method.CANCEL), 200));

        server.advance(Duration.ofSeconds(33));

        hears(181);
        mail.nextRequest(Method.INVITE);
    }

    @Test
    void aPhoneThatIsSwitchedOffIsNoAnswer() {
        calls("bob");

        server.advance(Duration.ofSeconds(33));

        hears(181);
        mail.nextRequest(Method.INVITE);
    }

    @Test
    void theRulesOfWhoIsCalledInsteadCountToo() {
        Request invite = calls("bob");
        refuses(bob, bob.nextRequest(Method.INVITE), 486);
        hears(181);
        refuses(carol, carol.nextRequest(Method.INVITE), 480);

        hears(181);
        Request leg = mail.nextRequest(Method.INVITE);

        assertThat(leg.uri().toString()).contains("target=sip:bob%40" + bob.host());
        talkAndHangUp(invite, mail, leg);
    }

    @Test
    void nobodyIsCalledTwice() {
        Request invite = calls("bob");
        refuses(bob, bob.nextRequest(Method.INVITE), 486);
        hears(181);
        refuses(carol, carol.nextRequest(Method.INVITE), 486);

        confirm(invite, hears(486));

        assertThat(bob.rest()).isEmpty();
        server.assertEnded();
    }

    @Test
    void someAreNeverCalledThemselves() {
        Request invite = calls("dave");

        hears(181);
        Request leg = bob.nextRequest(Method.INVITE);

        assertThat(leg.uri().toString()).startsWith("sip:bob@").contains("cause=302");
        talkAndHangUp(invite, bob, leg);
    }

    @Test
    void whoForwardsToHimselfIsCalled() {
        calls("away");

        assertThat(bob.nextRequest(Method.INVITE).uri().toString()).startsWith("sip:away@");
    }

    @ParameterizedTest
    @ValueSource(ints = {603, 401, 488, 302, 404})
    void whatNoRuleIsForTheCallerHears(int status) {
        Request invite = calls("bob");
        refuses(bob, bob.nextRequest(Method.INVITE), status);

        confirm(invite, hears(status));

        assertThat(mail.rest()).isEmpty();
        server.assertEnded();
    }

    @Test
    void aChallengeReachesTheCallerWhole() {
        calls("bob");
        bob.send(bob.answer(bob.nextRequest(Method.INVITE), 407)
                .set(HeaderName.of("Proxy-Authenticate"), "Digest realm=\"x\", nonce=\"y\""));

        assertThat(hears(407).headers().all(HeaderName.of("Proxy-Authenticate")))
                .containsExactly("Digest realm=\"x\", nonce=\"y\"");
    }

    @Test
    void aCallerWhoHangsUpEndsTheRinging() {
        Request invite = calls("bob");
        Request leg = rings();

        givesUp(invite);
        refuses(bob, leg, 487);

        assertThat(mail.rest()).isEmpty();
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "15")
    void anAnswerThatCrossesTheCancelIsHungUp() {
        Request invite = calls("bob");
        Request leg = rings();
        givesUp(invite);

        answers(bob, leg);

        bob.nextRequest(Method.ACK);
        bob.send(bob.answer(bob.nextRequest(Method.BYE), 200));
        server.assertEnded();
    }

    @Test
    @Rfc(value = 3261, section = "13.3.1.4")
    void aCallerWhoNeverAcknowledgesEndsTheCall() {
        calls("bob");
        Request leg = bob.nextRequest(Method.INVITE);
        answers(bob, leg);

        server.advance(Duration.ofSeconds(33));

        assertThat(bob.rest()).last().isInstanceOfSatisfying(Request.class, bye -> {
            assertThat(bye.method()).isEqualTo(Method.BYE);
            bob.send(bob.answer(bye, 200));
        });
        assertThat(alice.rest()).last().isInstanceOfSatisfying(Request.class, bye -> {
            assertThat(bye.method()).isEqualTo(Method.BYE);
            alice.send(alice.answer(bye, 200));
        });
        server.assertEnded();
    }

    @Test
    void requestsInsideTheCallPass() {
        Request invite = calls("bob");
        Request leg = bob.nextRequest(Method.INVITE);
        answers(bob, leg);
        Response success = hears(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);

        alice.send(alice.inDialog(Method.INFO, invite, success, 2)
                .add(HeaderName.CONTENT_TYPE, "text/plain")
                .body(OFFER));
        Request info = bob.nextRequest(Method.INFO);
        bob.send(bob.answer(info, 200));
        hears(200);
        alice.send(alice.inDialog(Method.INFO, invite, success, 3).set(HeaderName.MAX_FORWARDS, "0"));
        hears(483);

        assertThat(info.body()).isEqualTo(OFFER);
    }

    @Test
    @Rfc(value = 3261, section = "12.2.1.2")
    void theSecondForkThatAnswersIsHungUp() {
        Request invite = calls("bob");
        Request leg = rings();
        bob.send(
                bob.answer(leg, 200).set(HeaderName.TO, leg.to().withTag("fork").toString()));
        Response success = hears(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        assertThat(bob.nextRequest(Method.ACK).toTag()).hasValue("fork");

        answers(bob, leg);

        assertThat(bob.nextRequest(Method.ACK).toTag()).hasValue("to-bob");
        Request bye = bob.nextRequest(Method.BYE);
        assertThat(bye.toTag()).hasValue("to-bob");
        bob.send(bob.answer(bye, 200));
        alice.send(alice.inDialog(Method.BYE, invite, success, 2));
        hears(200);
        Request last = bob.nextRequest(Method.BYE);
        assertThat(last.toTag()).hasValue("fork");
        bob.send(bob.answer(last, 200));
        server.assertEnded();
    }

    @Test
    @Rfc(value = 4028, section = "10")
    void aCallWhosePhonesAreGoneEnds() {
        Request invite = calls("bob");
        Request leg = bob.nextRequest(Method.INVITE);
        answers(bob, leg);
        Response success = hears(200);
        alice.send(alice.inDialog(Method.ACK, invite, success, 1));
        bob.nextRequest(Method.ACK);

        server.advance(Duration.ofMinutes(14));
        assertThat(server.sessions()).isPositive();
        server.advance(Duration.ofMinutes(31));

        assertThat(server.sessions()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sip:bob@elsewhere.test", "sip:203.0.113.9"})
    void nobodyElseIsCalled(String uri) {
        alice.send(alice.request(Method.INVITE, uri));

        hears(403);
    }

    @Test
    @Rfc(value = 3261, section = "16.3")
    void aCallThatHasGoneTooFarEnds() {
        alice.send(alice.request(Method.INVITE, "sip:bob@" + bob.host()).set(HeaderName.MAX_FORWARDS, "0"));

        hears(483);
        assertThat(bob.rest()).isEmpty();
    }

    @Test
    void itIsForCallsOnly() {
        alice.send(alice.request(Method.OPTIONS, "sip:bob@" + bob.host()));

        assertThat(hears(405).headers().has(HeaderName.of("Allow"))).isTrue();
    }
}
